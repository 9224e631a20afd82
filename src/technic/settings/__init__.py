"""What the user has set once: TECHNIC_* variables, technic.toml, profiles in it.

Options of a command win over environment variables, these over the profile that is asked for, and
a profile over the other lines; the file in the current folder wins over the one in TECHNIC_HOME.
"""

from technic.settings.load import FILE_NAME, SettingValue, load_settings, setting_values
from technic.settings.scan_keys import SCAN_KEYS, STUDY_KEYS
from technic.settings.settings import DataSource, Settings, settings_keys

__all__ = [
    "FILE_NAME",
    "SCAN_KEYS",
    "STUDY_KEYS",
    "DataSource",
    "SettingValue",
    "Settings",
    "load_settings",
    "setting_values",
    "settings_keys",
]
