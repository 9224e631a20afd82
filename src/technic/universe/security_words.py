"""The words by which listings say what kind of security they are.

Patterns are RE2's, without regard to case. They come from the names that exchanges, Alpha Vantage
and EODHD publish; ``benchmarks/security_types.py`` measures them on a directory with flags.
"""

from __future__ import annotations

__all__ = [
    "COMPANY",
    "FIFTH_LETTER",
    "FIVE_LETTER_SHARES",
    "FUND_WORD",
    "NAMED",
    "SAYS_SHARE",
    "TEST_NAMESAKES",
    "TEST_SYMBOL",
    "TYPE_OF",
]

# What sources write in a type column, without case and punctuation. Words that sources use for
# anything listed ("stock", "equity") are not here: they say nothing.
_WRITTEN = {
    "common": "cs commonstock common commonshare commonshares os ordinaryshare ordinaryshares nyrs "
              "reit mlp limitedpartnership royaltytrust trackingstock bdc",
    "adr": "adr adrc ads gdr americandepositaryreceipt americandepositaryshares depositaryreceipt",
    "preferred": "pfd preferred preferredstock preferredshare preferredshares preference adrp",
    "warrant": "warrant warrants wrt adrw",
    "unit": "unit units",
    "right": "right rights adrr",
    "note": "note notes bond bonds debt debenture structuredproduct sp eqlk fixedincome",
    "etf": "etf etfs etp etv ets exchangetradedfund",
    "etn": "etn etns exchangetradednote",
    "closed_end_fund": "fund cef closedendfund mutualfund closedend",
    "test_issue": "testissue test",
    "other": "other index basket lt agen cash cashderivativesandormoneymarket moneymarket futures "
             "currency forwards swaps cashcollateralandmargins",
}  # fmt: skip
TYPE_OF = {word: code for code, words in _WRITTEN.items() for word in words.split()}

_COMMON = r"(?:common|ordinary|capital) (?:stock|share)"
COMPANY = (
    r"\b(?:inc|corp|corporation|company|co|ltd|limited|plc|l\.?p|llc|n\.?v|s\.?a|ag|holdings?|"
    rf"partnership|bancorp|bancshares)\b|{_COMMON}|\bclass [a-c]\b|american deposit"
)
"""What a company's name has, and that of an ETF rarely."""

_TEST = (
    r"\btest (?:issue|stock|security|symbol|sym|one|two|company)\b|\btick pilot\b|"
    r"\b(?:nyse|nasdaq|iex|bats|bzx|cboe)\b.* test\b|listing market\b.*\bnetworks?\b"
)
TEST_SYMBOL = r"^(?:Z[A-Z]ZZT|[A-Z]TEST(?:\..*)?|ZXYZ(?:\..*)?)$"
TEST_NAMESAKES = frozenset({"CBO", "CBX", "IGZ", "ZBZX", "ZEXIT", "ZIEXT", "ZVV", "ZXIET"})
"""Test symbols that a company might have; believed only where a listing has no name."""

# Brands that only funds carry; those that companies are called by too stand in _SPONSOR.
_BRAND = (
    r"\b(?:pro ?shares|ultra ?pro|ultra ?short|direxion|spdrs?|ishares|power ?shares|"
    r"granite ?shares|krane ?shares|currency ?shares|velocity ?shares|leverage shares|21 ?shares|"
    r"micro ?sectors|etracs|ipath|xtrackers|yield ?max|roundhill|alphadex|teucrium|vaneck|global x|"
    r"t-rex|select sector|mini ?shares)\b"
)
_SPONSOR = (
    r"grayscale|bitwise|wisdomtree|vanguard|invesco|sprott|goldman sachs|fidelity|franklin|"
    r"abrdn|aberdeen|canary|volatility shares|first trust|united states"
)
_METAL = r"gold|silver|platinum|palladium|metals?"
_COIN = (
    r"bitcoin|btc|ether|ethereum|solana|xrp|litecoin|dogecoin|chainlink|avalanche|crypto\w*|"
    r"stellar|polkadot|hedera|sui|zcash|digital large cap|coindesk"
)
_ETF = (
    r"\betfs?\b|\betf[a-z]?$|\bbond et$|exchange.traded (?:fund|product)|"
    rf"physical \w+ (?:\w+ )?trust\b|{_BRAND}|"
    r"\b(?:bull|bear|long|short|inverse|leveraged)\b.*\b-?\d+(?:\.\d+)?x|"
    r"\b\d+(?:\.\d+)?x\b.*\b(?:bull|bear|long|short|inverse|leveraged|daily)\b"
)
_ETF_ASSET = (
    rf"\b(?:{_COIN})\b.*\b(?:trust|fund)\b|\b(?:{_METAL})\b.*\b(?:trust|shares? of beneficial)\b|"
    rf"\b(?:{_SPONSOR})\b.*\b(?:index|physical|precious)\b.*\b(?:fund|trust|shares|portfolio)\b|"
    r"\bunited states \S+ ?\S* (?:oil|gas|gasoline|fund)\b|\bindex (?:fund|shares|trust)\b"
)

_NOTE = (
    r"\b(?:notes|debentures?|bonds)\b.*\b(?:due|20\d\d)\b|\bnote due\b|\bdebentures?\b|"
    r"\b(?:senior|subordinated|sub|unsecured) notes?\b|\bnotes[.)\s]*$|"
    r"\bstrats\b|\bcorts\b|asset-backed|\bcorp\w* backed tr|\btrust certificates\b"
)
_PREFERRED = (
    r"\b(?:prefer+ed|preference|pfd)\s+(?:stock|share|securit|unit|series|class|limited|ser\b)"
    r"|\b(?:preferred|pfd)[.\s]*$|\b(?:cumulative|perpetual|redeemable)\b.*\bprefer(?:red|ence)\b"
)
_RIGHT = (
    r"\brights?[.)\s]*$|\brights? (?:to (?:receive|acquire|purchase)|exp)|"
    r"contingent value rights?|subscription rights?|- (?:one )?rights?\b"
)
_UNITS = (
    r"\b(?:sub)?units?\b.*\b(?:consist|compris|warrant|one share)|"
    r"- (?:sub)?units ?\("
)
_PARTNERS = (
    r"common unit|partnership|limited partner|beneficial|royalty|depositary unit|\bl\.?p\b|"
    r"\btrust\b|voting|class [a-c] units|\bunit (?:corp|inc|co)"
)

_HOUSE = (
    r"abrdn|aberdeen|allspring|blackrock|calamos|cohen & steers|dws|doubleline|eaton vance|"
    r"first trust|franklin|gabelli|gamco|guggenheim|invesco|john hancock|kayne anderson|mfs|"
    r"neuberger|nuveen|pgim|pimco|pioneer|putnam|royce|templeton|virtus|voya|western asset"
)
FUND_WORD = r"\bfunds?\b"
_FUND = (
    rf"{FUND_WORD}|\bmuni\w*\b.*\b(?:trust|portfolio|inc)\b|"
    rf"\b(?:{_HOUSE})\b.*\b(?:trust|term|portfolio|beneficial)\b|"
    r"\b(?:alternative income|income term|term) trust\b"
)
# Business development companies run a business of lending and are traded as stock; so are REITs.
_NO_FUND = (
    r"mortgage (?:investment )?trust|\bfunds? (?:corp|holdings)|property trust|realty trust|"
    r"\breit,? inc|\blending\b|\bbdc\b|business development|\bmsc income fund\b|"
    r"\bfirsthand technology value fund\b"
)
# Nasdaq calls BDCs and funds alike "Closed End Fund"; ``security_type`` shortens that to CEF_TAG.
_CEF_TAG = r" - closed-end$"

NAMED: tuple[tuple[str, str, str | None], ...] = (
    ("test_issue", _TEST, None),
    ("etn", r"\betns?\b|exchange.traded notes?\b", None),
    ("etf", _ETF, None),
    ("etf", _ETF_ASSET, r"\b(?:inc|corp|corporation|ltd|limited|plc)\b|income|resources|royalty"),
    ("unit", _UNITS, r"american deposit"),
    ("warrant", r"\bwarr+ants?\b|\badw\b|\bwts?[.)\s]*$", None),
    ("right", _RIGHT, r"purchase rights?[.)\s]*$|american deposit"),
    (
        "adr",
        r"american deposit[ao]ry|global deposit[ao]ry|\bad[rs]s?[.)\s]*(?:$|\(|each|repr)",
        None,
    ),
    ("note", _NOTE, _COMMON),
    ("preferred", _PREFERRED, rf"(?:prefer|pfd).*\b{_COMMON}|\bpfd income fund|purchase right"),
    ("preferred", r"\bdeposit[ao]ry (?:share|shs)", None),
    ("closed_end_fund", rf"\b(?:funds?|trust)\b.*{_CEF_TAG}", _NO_FUND),
    ("closed_end_fund", _CEF_TAG, COMPANY),
    ("closed_end_fund", _FUND, _NO_FUND),
    ("unit", r"\b(?:sub)?units?\b|\bteus?\b", _PARTNERS),
)
"""(code, pattern, pattern that rules it out); the first that applies wins."""

SAYS_SHARE = r"\b(?:stock|shares?|ads|adr|interests?|units?)\b|\bclass [a-c]\b"

FIFTH_LETTER = {"W": "warrant", "U": "unit", "R": "right", "Y": "adr"} | dict.fromkeys(
    "PONMLZGHI", "preferred"
)
"""What the fifth letter of a Nasdaq symbol says. Those of preferreds stand for notes as well, and
at times for warrants; of common shares one has such a letter. F (foreign) and Q (in bankruptcy) are
shares."""
FIVE_LETTER_SHARES = frozenset({"GOOGL"})
