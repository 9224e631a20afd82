"""Names of tests are the same wherever and whenever they are collected."""

from __future__ import annotations

import gzip

import pytest


def test_bytes_do_not_name_a_case(pytestconfig: pytest.Config):
    """What packs with the time in it would name a case differently each second."""
    name = pytestconfig.hook.pytest_make_parametrize_id
    with pytest.raises(pytest.UsageError, match="body is b['\"].*: name bytes with ids="):
        name(config=pytestconfig, val=gzip.compress(b"ticker"), argname="body")
    assert name(config=pytestconfig, val="ticker", argname="body") is None
