from technic.scan.config import ScanConfig
from technic.scan.context import settled_files
from technic.settings import Settings


def test_what_the_settings_say_of_files_holds_for_the_data_they_name(tmp_path):
    """From Python as on the command line; what a config names is its own."""
    said = {"columns_map": "date=Datum", "date_format": "%d.%m.%Y", "symbol_from": "^x(.+)$"}
    settings = Settings(home=tmp_path, data="prices.csv", adjust_by="Adj", **said)
    settled = settled_files(ScanConfig(date_format="%d/%m/%Y"), settings)
    assert (settled.adjust_by, settled.columns_map) == ("Adj", "date=Datum")
    assert (settled.date_format, settled.symbol_from) == ("%d/%m/%Y", "^x(.+)$")
    for own in (ScanConfig(data="other.csv"), ScanConfig(provider="demo")):
        assert settled_files(own, settings) is own
