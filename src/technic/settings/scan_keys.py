"""Keys of technic.toml that stand for options of a scan or a study, called as they are."""

from __future__ import annotations

__all__ = ["SCAN_KEYS", "STUDY", "STUDY_KEYS"]

SCAN_KEYS = (
    # data
    *("price_basis", "no_volume", "bars", "min_success", "rank_among"),
    # universe
    *("symbols", "watchlist", "sector", "exclude_sector", "industry", "exclude_industry"),
    *("exchange", "country", "min_market_cap", "max_market_cap", "keep_unknown_market_cap"),
    *("include", "exclude", "exclude_pattern", "problem_symbols"),
    # filters
    *("min_price", "max_price", "min_rating", "min_rs", "min_dollar_volume", "signal"),
    "min_days_to_earnings",
    # data gate
    *("min_bars", "max_stale_sessions", "price_floor", "price_floor_basis"),
    *("dollar_volume_floor", "split_factor", "wild_move_pct", "max_wild_bars"),
    *("max_missing_sessions", "max_hole_sessions", "max_zero_volume_bars", "skip_gate"),
    # trade plan
    *("target_r", "style", "entry", "max_pct_of_adv", "max_position_pct", "allow_shorts"),
    # scan language
    *("where", "setup", "setups_folder", "columns", "max_history"),
    # table
    *("sort", "limit", "links", "sparklines"),
)
"""They are the defaults of ``technic scan``, ``show`` and ``explain``, and of nothing else: a scan
of the service or of Python, a study and a saved result say all that they ask for themselves."""
STUDY = "study"
"""The table of technic.toml, or of a profile in it, whose keys these are:"""
STUDY_KEYS = ("horizon", "life", "hold", "delisting_return")
"""They are the defaults of ``technic study``, and of no study of the service or of Python."""
