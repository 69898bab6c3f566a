"""Networks that Hypothesis draws, for more than one file of tests."""

import numpy as np
from hypothesis import strategies as st

from course_lib.networks import OneNeuronResNet


@st.composite
def whole_resnets(draw, depth):
    """Up to ``depth`` blocks with small whole weights: then no product is rounded."""
    dim, depth = draw(st.integers(1, 3)), draw(st.integers(0, depth))
    rng = np.random.default_rng(draw(st.integers(0, 10**6)))
    u, w = (rng.integers(-2, 3, (depth, dim)).astype(float) for _ in "uw")
    b, a = rng.integers(-2, 3, depth).astype(float), rng.integers(-2, 3, dim).astype(float)
    return OneNeuronResNet.from_blocks(u, w, b, readout=(a, 1.0))
