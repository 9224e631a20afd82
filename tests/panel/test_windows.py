"""The window kernels against their loop twins, and the promises that indicators build on."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from reference.calls import outputs
from reference.windows import KERNELS, over_windows
from technic.panel import windows

every_kernel = pytest.mark.parametrize("name", KERNELS)
prices = arrays(
    np.float64,
    st.tuples(st.integers(0, 40), st.integers(1, 3)),
    elements=st.one_of(
        st.integers(1, 10**8).map(lambda n: n / 100), st.just(10.1), st.just(np.nan)
    ),
)


def kernel(name):
    """Return the kernel with its outputs always as a tuple."""
    return lambda values, n: outputs(getattr(windows, name)(values, n))


@every_kernel
@settings(max_examples=60, deadline=None)
@given(values=prices, n=st.integers(1, 45))
def test_kernels_equal_their_loop_twins(name, values, n):
    """Every window has the value that a loop over it gives, NaN where the window holds a NaN."""
    for array, compute in zip(kernel(name)(values, n), KERNELS[name], strict=True):
        wanted = over_windows(values, n, compute)
        scale = np.nanmax(np.abs(values), initial=1.0)
        if name == "window_weighted_sum":
            scale *= n * n
        if name == "window_variance" and compute is KERNELS[name][0]:
            scale *= scale
        np.testing.assert_allclose(array, wanted, rtol=1e-12, atol=1e-14 * n * scale)


@every_kernel
@pytest.mark.parametrize("n", [1, 2, 3, 14, 20, 50, 63, 64, 200])
def test_a_window_has_the_same_bits_wherever_it_lies(name, n):
    """The one window that is the whole array, its place in a long array, and a strided view."""
    rng = np.random.default_rng(n)
    values = rng.lognormal(3, 1, (260, 6))
    whole = kernel(name)(values, n)
    for end in (n, n + 1, 233, 260):
        for a, b in zip(whole, kernel(name)(values[end - n : end], n), strict=True):
            np.testing.assert_array_equal(a[end - 1], b[-1])
    for a, b in zip(whole, kernel(name)(values[:, ::2], n), strict=True):
        np.testing.assert_array_equal(a[:, ::2], b)


@every_kernel
@pytest.mark.parametrize("n", [1, 2, 3, 20, 99, 100, 101])
@pytest.mark.parametrize("cells", [1, 250, 700])
def test_the_width_of_a_stripe_changes_no_bit(name, n, cells, monkeypatch):
    """Stripes of one column and of several, the last one narrower than the others."""
    values = np.random.default_rng(n).lognormal(3, 1, (100, 8))
    values[90:, 5] = np.nan
    wanted = kernel(name)(values, n)
    monkeypatch.setattr(windows, "STRIPE_CELLS", cells)
    monkeypatch.setattr(windows, "NARROWEST_STRIPE", 1)
    for a, b in zip(kernel(name)(values, n), wanted, strict=True):
        np.testing.assert_array_equal(a, b)


@every_kernel
@pytest.mark.parametrize("n", [2, 7, 20])
def test_what_left_the_window_leaves_no_trace(name, n):
    """A bar times 1e6 changes the windows that hold it and no bit of any other."""
    rng = np.random.default_rng(3)
    clean = rng.lognormal(3, 0.1, (100, 3))
    ticked = clean.copy()
    ticked[40] *= 1e6
    for a, b in zip(kernel(name)(ticked, n), kernel(name)(clean, n), strict=True):
        np.testing.assert_array_equal(a[40 + n :], b[40 + n :])
        np.testing.assert_array_equal(a[:40], b[:40])
        assert (a[40 : 40 + n] != b[40 : 40 + n]).any()


@every_kernel
def test_arguments_stay_as_they_are(name):
    """A read-only array is good enough."""
    values = np.arange(30.0).reshape(10, 3)
    values.flags.writeable = False
    kernel(name)(values, 4)
    np.testing.assert_array_equal(values, np.arange(30.0).reshape(10, 3))


def test_the_variance_of_one_price_is_nothing_and_never_negative():
    """A flat price that binary fractions cannot hold has no variance worth a bit of the price."""
    variance, _ = windows.window_variance(np.full((90, 2), 10.1), 50)
    assert np.nanmax(variance) < 1e-28
    assert np.nanmin(variance) >= 0.0


@pytest.mark.parametrize("n", [14, 20, 21, 50, 100, 200])
def test_a_flat_price_has_no_variance_as_a_rule(n):
    """Joining windows of unlike lengths leaves the last bit of a price in few cases."""
    prices = np.round(np.random.default_rng(0).lognormal(3, 1, 2_000), 2)
    variance = windows.window_variance(np.tile(prices, (n, 1)), n)[0][-1]
    assert np.mean(variance != 0.0) < 0.2
    assert np.max(variance / prices**2) < 1e-30


def test_a_small_variance_keeps_its_digits_beside_a_large_mean():
    """0, 1, 2, ... added to 1e9 have the variance of 0, 1, 2, ... ."""
    variance, mean = windows.window_variance(1e9 + np.arange(20.0)[:, None], 20)
    assert variance[-1, 0] == pytest.approx((400 - 1) / 12, rel=1e-12)
    assert mean[-1, 0] == 1e9 + 9.5


def test_lagged_moves_rows_down():
    """The first rows are NaN, the others are those of n rows ago."""
    values = np.arange(6.0).reshape(3, 2)
    np.testing.assert_array_equal(windows.lagged(values, 1), [[np.nan] * 2, [0, 1], [2, 3]])
    assert np.isnan(windows.lagged(values, 3)).all()
    np.testing.assert_array_equal(windows.lagged(values, 0), values)
