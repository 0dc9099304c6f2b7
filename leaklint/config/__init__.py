"""Configuration: `[tool.leaklint]` in pyproject.toml, or leaklint.toml; found, read, checked, and laid together."""

from leaklint.config.find import SettingsFinder
from leaklint.config.options import KEYS, Options
from leaklint.config.read import ConfigError, ConfigFile, near, read_config, read_inline
from leaklint.config.selectors import RuleName, matches, selected, unknown
from leaklint.config.settings import DEFAULT_EXCLUDE, FileIgnores, Patterns, Settings, default_settings

__all__ = [
    "DEFAULT_EXCLUDE",
    "KEYS",
    "ConfigError",
    "ConfigFile",
    "FileIgnores",
    "Options",
    "Patterns",
    "RuleName",
    "Settings",
    "SettingsFinder",
    "default_settings",
    "matches",
    "near",
    "read_config",
    "read_inline",
    "selected",
    "unknown",
]
