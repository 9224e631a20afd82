from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.routing import Mount
from starlette.testclient import TestClient

from technic.service.app import create_app
from technic.service.pages import site
from technic.service.pages.files import LIBRARIES, STATIC, PageFiles, missing_libraries, page_files
from technic.service.pages.render import render
from technic.service.run import run_service
from technic.service.service_settings import ServiceSettings
from technic.settings import Settings

PATHS = ["/market", "/scan", "/study", "/ledger", "/watches", "/schedule", "/data", "/symbols/AAPL"]


@pytest.fixture(autouse=True)
def libraries(monkeypatch: pytest.MonkeyPatch) -> None:
    """No test here needs what npm brings."""
    monkeypatch.setattr(site, "missing_libraries", list)


@pytest.fixture(scope="module")
def closed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    """A service that asks for a key."""
    settings = ServiceSettings(settings=Settings(home=tmp_path_factory.mktemp("closed-pages")))
    with TestClient(
        create_app(settings), base_url="http://127.0.0.1", follow_redirects=False
    ) as client:
        yield client


def key_of(client: TestClient, name: str, scope: str = "run") -> str:
    """A new key."""
    _, text = client.app.state.service.keys.add(name, scope)
    return str(text)


@pytest.mark.parametrize("path", PATHS)
def test_each_page_is_made_without_a_network_and_without_inline_code(
    client: TestClient, path: str
) -> None:
    """Each page is made without a network, and holds no script and no style of its own."""
    answer = client.get(path)
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/html")
    assert not re.search(r"<script(?![^>]*\bsrc=)", answer.text)
    assert not re.search(r"<style|\sstyle=|\son[a-z]+=", answer.text)
    addresses = re.findall(r'(?:src|href|action)="([^"]+)"', answer.text)
    own = [one for one in addresses if one.startswith(("/", "#"))]
    assert set(addresses) - set(own) <= {"https://www.tradingview.com/"}
    assert "'unsafe-inline'" not in answer.headers["content-security-policy"]


@pytest.mark.parametrize("path", PATHS)
def test_everything_that_a_page_names_is_there(client: TestClient, path: str) -> None:
    """Own styles and scripts that a page names are there, and so is what these import."""
    text = client.get(path).text
    names = set(re.findall(r'(?:src|href)="(/static/[^"]+)"', text))
    assert names
    libraries = {f"{page_files().prefix}/{name}" for name in missing_libraries()}
    for name in names - libraries:
        if libraries and name.endswith(".LICENSE.txt"):
            continue  # it comes with its library
        answer = client.get(name)
        assert answer.status_code == 200, name
        assert "immutable" in answer.headers["cache-control"]
    for script in STATIC.glob("*.js"):
        for imported in re.findall(r'from "\./([^"]+)"', script.read_text(encoding="utf-8")):
            assert (STATIC / imported).is_file() or imported in LIBRARIES, (script.name, imported)


def test_a_page_asks_at_once_for_all_that_its_scripts_import(client: TestClient) -> None:
    """Else each module would be asked for when the one that imports it has come."""
    text = client.get("/scan").text
    asked = set(re.findall(r'rel="modulepreload" href="[^"]*/([^/"]+)"', text))
    needed, waiting = set(), ["scan.js"]
    while waiting:
        name = waiting.pop()
        needed.add(name)
        source = (STATIC / name).read_text(encoding="utf-8") if (STATIC / name).is_file() else ""
        lines = [line for line in source.splitlines() if line.startswith("import ")]
        waiting += {line.split('"./')[1].split('"')[0] for line in lines} - needed
    assert len(needed) > 10
    assert needed - set(missing_libraries()) == asked - set(missing_libraries())


def test_the_address_of_a_file_changes_with_any_of_them(tmp_path: Path) -> None:
    """A browser keeps what is under it for good; the address of an older page still answers."""
    (tmp_path / "one.js").write_text('import { x } from "./two.js";\n', encoding="utf-8")
    (tmp_path / "two.js").write_text("export const x = 1;\n", encoding="utf-8")
    before = PageFiles(tmp_path)
    assert before.modules("one.js") == ("one.js", "two.js")
    (tmp_path / "two.js").write_text("export const x = 2;\n", encoding="utf-8")
    after = PageFiles(tmp_path, tmp_path / "missing")
    assert before.prefix != after.prefix
    with TestClient(Starlette(routes=[Mount("/static", after)])) as client:
        for prefix, kept in ((after.prefix, True), (before.prefix, False)):
            answer = client.get(f"{prefix}/two.js")
            assert answer.text == "export const x = 2;\n"
            assert ("immutable" in answer.headers["cache-control"]) is kept
            assert answer.headers["content-encoding"] == "gzip"
        plain = client.get(f"{after.prefix}/two.js", headers={"Accept-Encoding": "identity"})
        assert plain.text == answer.text
        assert "content-encoding" not in plain.headers
        assert client.head(f"{after.prefix}/two.js").status_code == 200
        assert client.post(f"{after.prefix}/two.js").status_code == 405
        assert client.get(f"{after.prefix}/three.js").status_code == 404


def test_scripts_read_no_text_as_html() -> None:
    """No script of ours turns a text into elements, whatever a company calls itself."""
    for script in STATIC.glob("*.js"):
        text = script.read_text(encoding="utf-8")
        for word in ("innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval("):
            assert word not in text, (script.name, word)


NASTY = '"><script>alert(1)</script>'


def test_a_symbol_of_the_address_is_escaped(client: TestClient) -> None:
    """What stands in the address is escaped in the page."""
    from urllib.parse import quote

    text = client.get(f"/symbols/{quote('<img src=x>', safe='')}").text
    assert "<img" not in text
    assert "&lt;img" in text


def test_texts_of_a_page_are_escaped() -> None:
    """Texts of a page are escaped: here a title, and what was wrong."""
    text = render("login.html", title=NASTY, next="/", problem=NASTY, version="1")
    assert "<script>alert" not in text
    assert text.count("&lt;script&gt;") == 2


def test_without_the_libraries_a_page_says_what_to_do(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without the libraries a page says how to get them; the routes work.

    Only a checkout has the script that brings them; whoever installed a wheel is told of another.
    """
    monkeypatch.setattr(site, "missing_libraries", lambda: ["tabulator.mjs"])
    answer = client.get("/scan")
    assert answer.status_code == 503
    assert "scripts/fetch-assets" in answer.text
    assert "tabulator.mjs" in answer.text
    monkeypatch.setattr("technic.service.pages.files.FETCH", STATIC / "no such file")
    installed = client.get("/scan").text
    assert "scripts/fetch-assets" not in installed
    assert "built with TECHNIC_NO_PAGES=1, install one that was not" in installed
    assert client.get("/v1/setups").status_code == 200


def test_whoever_starts_a_service_without_pages_is_told_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In the terminal, before anybody opens one."""
    monkeypatch.setattr("technic.service.run.missing_libraries", lambda: ["tabulator.mjs"])
    monkeypatch.setattr("technic.service.state.START_PAUSES_S", ())
    away = "postgresql://me@127.0.0.1:1/technic"
    settings = ServiceSettings(settings=Settings(home=tmp_path), database=away)
    said: list[str] = []
    assert run_service(settings, "127.0.0.1", 0, said.append) == 1
    assert said[1].startswith("there are no pages, since tabulator.mjs is missing")


def test_day_size_and_simulated_are_in_sight(client: TestClient, scan: dict[str, Any]) -> None:
    """Day and size of the latest result are in sight; SIMULATED only where it is."""
    text = client.get("/scan").text
    assert f"Data as of {scan['outcome']['as_of']}" in text
    assert ">12 symbols<" in text
    assert re.search(r'id="strip-simulated" hidden', text)


def test_simulated_is_said_before_the_first_scan(tmp_path: Path) -> None:
    """SIMULATED is said before the first scan, where the demo market is what is scanned."""
    settings = ServiceSettings(settings=Settings(home=tmp_path), open=True)
    with TestClient(create_app(settings), base_url="http://127.0.0.1") as client:
        assert re.search(r'id="strip-simulated">SIMULATED', client.get("/data").text)
        assert client.get("/", follow_redirects=False).headers["location"] == "/data"


@pytest.mark.parametrize("path", [*PATHS, "/scan?where=close+%3E+5&sort=a:b"])
def test_without_a_session_a_page_leads_to_the_log_in(closed: TestClient, path: str) -> None:
    """Without a session a page leads to the log-in, and from there back."""
    answer = closed.get(path)
    assert answer.status_code == 303
    assert answer.headers["location"].startswith("/login?next=/")
    form = closed.get(answer.headers["location"]).text
    assert f'name="next" value="{path.replace("&", "&amp;")}"' in form


def test_a_key_begins_a_session_that_the_routes_know(closed: TestClient) -> None:
    """A key begins a session; the routes know its cookie, and ask for its token, too."""
    form = {"key": key_of(closed, "me"), "next": "/scan"}
    answer = closed.post("/login", data=form)
    assert (answer.status_code, answer.headers["location"]) == (303, "/scan")
    cookie = answer.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "samesite=strict" in cookie.lower()
    assert "Secure" not in cookie
    page = closed.get("/scan").text
    token = re.search(r'name="csrf" content="([^"]+)"', page)
    assert token is not None
    assert closed.get("/v1/setups").status_code == 200
    check = {"expression": "close > 5"}
    assert closed.post("/v1/expressions/check", json=check).status_code == 403
    headers = {"X-CSRF-Token": token[1]}
    assert closed.post("/v1/expressions/check", json=check, headers=headers).status_code == 200
    assert closed.post("/logout", data={"csrf": "another"}).status_code == 403
    assert closed.get("/v1/setups").status_code == 200
    old = closed.cookies["technic_session"]
    assert closed.post("/logout", data={"csrf": token[1]}).headers["location"] == "/login"
    closed.cookies.set("technic_session", old)
    assert closed.get("/v1/setups").status_code == 401
    closed.cookies.clear()


@pytest.mark.parametrize(
    ("secure", "scheme"),
    [pytest.param(True, "http", id="by the setting"), pytest.param(False, "https", id="by proxy")],
)
def test_behind_tls_the_cookie_is_for_tls_alone(tmp_path: Path, secure: bool, scheme: str) -> None:
    """Behind TLS the cookie is never sent without it, and a browser comes back by TLS alone."""
    settings = ServiceSettings(settings=Settings(home=tmp_path), secure_cookie=secure)
    with TestClient(
        create_app(settings), base_url=f"{scheme}://127.0.0.1", follow_redirects=False
    ) as client:
        answer = client.post("/login", data={"key": key_of(client, "tls"), "next": "/"})
        assert "; Secure" in answer.headers["set-cookie"]
        assert ("strict-transport-security" in answer.headers) == (scheme == "https")


def test_who_is_not_logged_in_is_not_told_whether_anything_was_scanned(closed: TestClient) -> None:
    """The first page leads to the log-in, whatever there is."""
    assert closed.get("/").headers["location"] == "/login"


def test_a_wrong_key_begins_nothing(closed: TestClient) -> None:
    """A wrong key begins nothing, and after twenty attempts a minute nobody listens."""
    answers = [closed.post("/login", data={"key": "technic_x_y", "next": "/"}) for _ in range(25)]
    codes = [answer.status_code for answer in answers]
    assert set(codes) == {401, 429}
    assert codes[-1] == 429
    assert all("set-cookie" not in answer.headers for answer in answers)
    assert "technic_x_y" not in answers[0].text


@pytest.mark.parametrize(
    "elsewhere",
    ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)", "\t//x"],
)
def test_a_log_in_leads_to_no_other_site(closed: TestClient, elsewhere: str) -> None:
    """A log-in leads to no other site."""
    form = closed.get("/login", params={"next": elsewhere}).text
    assert 'name="next" value="/"' in form


def test_another_site_cannot_log_a_browser_in(closed: TestClient) -> None:
    """Another site cannot log a browser in."""
    form = {"key": key_of(closed, "foreign"), "next": "/"}
    answer = closed.post("/login", data=form, headers={"Origin": "https://evil.example"})
    assert answer.status_code == 403
    assert "set-cookie" not in answer.headers


def test_static_files_need_no_key_and_leave_their_folder_never(closed: TestClient) -> None:
    """Static files need no key; no path leads out of their folder."""
    assert closed.get(f"{page_files().prefix}/style.css").status_code == 200
    for path in ("/../render.py", "/%2e%2e/render.py", "//etc/passwd", "/%00", "/style.css/"):
        for start in ("/static", page_files().prefix):
            assert closed.get(start + path).status_code == 404
