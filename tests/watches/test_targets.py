"""What goes over the wire: signed webhooks and apprise's own plug-ins, against loopback."""

from __future__ import annotations

import hashlib
import hmac
import json
from email.message import EmailMessage
from urllib.parse import parse_qs

import pytest

from support.mail_server import mail_server
from support.receiver import Receiver, receiving
from technic.errors import ParameterError
from technic.watches.judging.event import Event
from technic.watches.messages.message import Writer
from technic.watches.quiet_hours import ZoneInfo
from technic.watches.sending import sender
from technic.watches.sending.check import check_targets
from technic.watches.sending.sender import attempted
from technic.watches.sending.target import parse_target, shown_target

SECRET = "a-long-secret-of-a-test"
NOW = 1_709_935_200.0  # 2024-03-08 22:00 UTC
EVENT = Event(
    "0123456789abcdef",
    "dips",
    "v1",
    "enter",
    "NVDA",
    "2024-03-08",
    {
        "asks": "close > sma(close, 50)",
        "close": 123.5,
        "values": {"close": "123.5", "sma(close, 50)": "120.25"},
        "data_time": "2024-03-08T21:00:00+00:00",
        "simulated": True,
        "matches": 3,
    },
)
MESSAGE = Writer(ZoneInfo("America/New_York"), "https://scans.example").message([EVENT], NOW)
PICTURE = "<svg xmlns='http://www.w3.org/2000/svg'/>"


@pytest.fixture
def receiver():
    """An HTTP receiver."""
    with receiving() as running:
        yield running


def send(address: str, picture: str | None = None) -> str | None:
    """Send the message of these tests."""
    return attempted(parse_target(address, {}), MESSAGE, picture, NOW)


def test_the_long_form_says_all_there_is():
    """What, the numbers that made it true, of when the data are, how late, where to look."""
    assert MESSAGE.short == "[SIMULATED] NVDA entered dips at 123.5 on 2024-03-08"
    assert MESSAGE.long.splitlines() == [
        "NVDA entered dips at 123.5 on 2024-03-08",
        "close: 123.5",
        "sma(close, 50): 120.25",
        "Asked: close > sma(close, 50)",
        "3 symbols in the watch now.",
        "Data of 2024-03-08 16:00 EST, the close; this was sent 60 minutes later.",
        "https://scans.example/symbols/NVDA",
        "SIMULATED market: no real prices.",
        "Event 0123456789abcdef",
    ]


def test_text_from_outside_stays_in_its_line():
    """A symbol or a reason with line ends and escapes makes no other line and no link."""
    event = Event("id", "dips", "v", "enter", "A\x1b[31m\nB/../x", "2024-03-08", {"reason": "a\nb"})
    message = Writer(ZoneInfo("UTC"), "https://scans.example").message([event], NOW)
    assert "\x1b" not in message.long
    assert "\n" not in message.short
    assert message.long.splitlines()[1] == "a b"
    assert message.events[0]["page"] == "https://scans.example/symbols/A%1B%5B31m%0AB%2F..%2Fx"


def test_a_webhook_can_be_checked_by_who_receives_it(receiver: Receiver):
    """As docs/watches.md has it: an HMAC over the time, a dot and the body."""
    assert send(f"webhook+http://{SECRET}@{receiver.address}/in?a=1") is None
    (post,) = receiver.posts
    assert post.path == "/in?a=1"
    stamp = post.headers["Technic-Timestamp"]
    expected = hmac.new(SECRET.encode(), f"{stamp}.".encode() + post.body, hashlib.sha256)
    assert post.headers["Technic-Signature"] == f"v1={expected.hexdigest()}"
    assert int(stamp) == int(NOW)
    content = json.loads(post.body)
    assert post.headers["Technic-Message-Id"] == content["id"] == EVENT.id
    (event,) = content["events"]
    assert event["values"] == {"close": "123.5", "sma(close, 50)": "120.25"}
    assert (event["delay_seconds"], event["simulated"]) == (3600, True)
    assert SECRET not in post.path + str(post.headers) + post.body.decode()


@pytest.mark.parametrize("status", [301, 307, 400, 500])
def test_a_webhook_that_is_not_taken_says_so(receiver: Receiver, status: int):
    """Nothing but 2xx is taken, and nobody is led elsewhere."""
    receiver.answers = [status]
    assert send(f"webhook+http://{SECRET}@{receiver.address}/") == f"the receiver answered {status}"
    assert len(receiver.posts) == 1


def test_apprise_sends_json(receiver: Receiver):
    """Its JSON plug-in: one call with both forms."""
    assert send(f"json://{receiver.address}/hook") is None
    (post,) = receiver.posts
    content = json.loads(post.body)
    assert (content["title"], content["message"]) == (MESSAGE.short, MESSAGE.long)


def test_apprise_sends_a_form(receiver: Receiver):
    """Its form plug-in takes no file of ours along unless there is one."""
    assert send(f"form://{receiver.address}/hook") is None
    (post,) = receiver.posts
    content = parse_qs(post.body.decode())
    assert content["message"] == [MESSAGE.long]


def test_apprise_sends_mail_with_the_chart():
    """Its mail plug-in over SMTP: subject, text, and the picture as a file."""
    with mail_server() as (port, mails):
        address = f"mailto://127.0.0.1:{port}?from=a@scans.example&to=b@scans.example&mode=insecure"
        assert send(address, PICTURE) is None
    (mail,) = mails
    assert isinstance(mail, EmailMessage)
    assert mail["Subject"] == MESSAGE.short
    body = mail.get_body(("plain",))
    assert body is not None
    assert "sma(close, 50): 120.25" in body.get_content()
    (attached,) = mail.iter_attachments()
    assert attached.get_filename() == "chart.svg"
    assert attached.get_content_type() == "image/svg+xml"


def test_a_target_that_fails_says_why_without_keys(receiver: Receiver):
    """Of apprise's reasons the address is taken out."""
    receiver.answers = [500]
    error = send(f"json://user:{SECRET}@{receiver.address}/{SECRET}")
    assert error is not None
    assert "500" in error
    assert SECRET not in error
    assert "127.0.0.1" not in error


def test_an_address_may_stand_in_the_environment(receiver: Receiver):
    """``env:NAME`` is shown as it is, and read when something is sent."""
    environ = {"MY_TARGET": f"json://{receiver.address}/"}
    target = parse_target("env:MY_TARGET", environ)
    assert (target.url, target.shown) == (environ["MY_TARGET"], "env:MY_TARGET")
    with pytest.raises(ParameterError, match="set OTHER"):
        parse_target("env:OTHER", environ)


@pytest.mark.parametrize(
    "address",
    [
        "",
        "nvda",
        "nosuchservice://x",
        f"webhook+https://{SECRET[:8]}@host.example/",
        "webhook+https://host.example/",
        f"webhook+https://{SECRET}@/",
        f"webhook+ftp://{SECRET}@host.example/",
        f"json://{'x' * 3000}",
        "json://a\nb",
    ],
)
def test_what_is_no_target(address: str):
    """It is refused when the watch is made, and what may be a key is not repeated."""
    with pytest.raises(ParameterError, match=r"^to is") as refused:
        check_targets([address], {})
    assert SECRET[:8] not in str(refused.value)


@pytest.mark.parametrize(
    ("address", "begins"),
    [
        (f"mailtos://u:{SECRET}@mail.example", "mailtos://***#"),
        (f"discord://{SECRET}/{SECRET}", "discord://***#"),
        (f"webhook+https://{SECRET}@hooks.example/{SECRET}", "webhook+https://hooks.example***#"),
    ],
)
def test_how_a_target_is_shown(address: str, begins: str):
    """Its kind and a mark to tell it by, again the same when it is shown twice."""
    shown = shown_target(address)
    assert shown.startswith(begins)
    assert SECRET not in shown
    assert shown_target(shown) == shown


@pytest.mark.parametrize(
    "address",
    [
        f"mailtos://{SECRET}***@mail.example/",
        f"tgram://{SECRET}***",
        f"webhook+https://{SECRET}***@hooks.example/in",
        f"webhook+https://hooks.example***#abcd?key={SECRET}",
    ],
)
def test_stars_in_a_key_do_not_show_it(address: str):
    """Whoever has three stars in a password has not hidden it yet."""
    assert SECRET not in shown_target(address)


def test_a_short_password_is_taken_out_as_well(monkeypatch: pytest.MonkeyPatch):
    """People choose them; what a service repeats of one stands in no reason of a failure."""
    refusal = "535 no login of joe with pw12 (am9lOnB3MTI=) at mail.example"
    monkeypatch.setattr(sender, "send_with_apprise", lambda *_: refusal)
    said = send("mailtos://joe:pw12@mail.example/?to=joe@mail.example")
    assert said is not None
    assert said.startswith("535 no login of *** with ***")
    assert not any(part in said for part in ("joe", "pw12", "mail.example"))
