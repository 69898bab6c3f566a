"""Modules of torch are read as what they compute; what cannot be read is refused by its name."""

from __future__ import annotations

import copy
import pickle
import warnings
from collections import OrderedDict

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from course_lib.constructions.one_neuron import approximate, steps
from course_lib.errors import CourseError, InvalidInputError, ShapeError
from course_lib.networks import FullyConnected, OneNeuronResNet, as_network, is_network
from course_lib.targets import Polygon, UnitBall

torch = pytest.importorskip("torch")
prune = pytest.importorskip("torch.nn.utils.prune")
nn = torch.nn

SEEDS = st.integers(0, 10**6)
SPARE = [nn.Identity, nn.Dropout, nn.Flatten, nn.AlphaDropout, lambda: nn.Flatten(-1)]


class Modules:
    """Random modules of layers that can be read, in random order and nesting."""

    def __init__(self, seed, dtype=torch.float32):
        self.rng = np.random.default_rng(seed)
        self.dtype = dtype
        torch.manual_seed(seed)

    def module(self, dim):
        widths = [dim, *self.rng.integers(1, 5, size=self.rng.integers(0, 4)).tolist(), 1]
        layers = []
        for k in range(len(widths) - 1):
            bias = bool(self.rng.random() < 0.7)
            layers += self.spare()
            layers.append(nn.Linear(widths[k], widths[k + 1], bias=bias, dtype=self.dtype))
            layers += self.spare()
            if k < len(widths) - 2:
                layers += [nn.ReLU() for _ in range(self.rng.integers(1, 3))]
        if self.rng.random() < 0.3:
            layers.append(nn.Flatten(0))  # drops the axis of the one output
        return self.nested(layers)

    def spare(self):
        kinds = self.rng.choice(len(SPARE), size=self.rng.choice([0, 0, 1, 2]))
        return [SPARE[k]() for k in kinds]

    def nested(self, layers):
        if len(layers) > 1 and self.rng.random() < 0.5:
            start, stop = sorted(self.rng.choice(len(layers) + 1, size=2, replace=False).tolist())
            layers = [*layers[:start], self.nested(layers[start:stop]), *layers[stop:]]
        if self.rng.random() < 0.3:
            return nn.Sequential(OrderedDict((f"part{k}", x) for k, x in enumerate(layers)))
        return nn.Sequential(*layers)


def values(module, points):
    """What a module computes once its training is over, in double precision."""
    module = copy.deepcopy(module).double().eval()
    with torch.no_grad():
        return module(torch.from_numpy(points)).reshape(-1).numpy()


def points_for(dim, seed, n=6):
    return np.random.default_rng(seed).normal(0, 3, (n, dim))


@settings(max_examples=150, deadline=None)
@given(
    dim=st.integers(1, 4),
    seed=SEEDS,
    name=st.sampled_from(["float64", "float32", "float16", "bfloat16"]),
    trains=st.booleans(),
)
def test_a_network_computes_what_its_module_does(dim, seed, name, trains):
    module = Modules(seed, getattr(torch, name)).module(dim).train(trains)
    net = FullyConnected.from_torch(module)
    assert net.dtype == (np.float64 if name == "float64" else np.float32)
    points = points_for(dim, seed)
    # short formats are widened exactly, so in doubles both compute with the same weights
    found = net.astype(np.float64)(points)
    assert found.tolist() == pytest.approx(values(module, points).tolist(), rel=1e-12, abs=1e-12)
    assert as_network(module) == net
    assert is_network(module)


def state(module):
    weights = {k: (v.clone(), v.dtype, v.requires_grad) for k, v in module.state_dict().items()}
    grads = {k: p.grad for k, p in module.named_parameters()}
    return weights, grads, [m.training for m in module.modules()], str(module)


@settings(max_examples=30, deadline=None)
@given(seed=SEEDS)
def test_reading_leaves_the_module_as_it_is(seed):
    module = Modules(seed).module(3)
    module(torch.randn(2, 3)).sum().backward()
    before = state(module)
    FullyConnected.from_torch(module)
    weights, grads, *others = state(module)
    assert all(torch.equal(weights[k][0], before[0][k][0]) for k in weights)
    assert all(weights[k][1:] == before[0][k][1:] for k in weights)
    assert all(grads[k] is before[1][k] for k in grads)
    assert tuple(others) == before[2:]


def test_a_network_shares_no_memory_with_its_module():
    layer = nn.Linear(2, 1)
    net = FullyConnected.from_torch(layer)
    before = net([1.0, 2.0])
    with torch.no_grad():
        layer.weight.zero_()
        layer.bias.zero_()
    assert net([1.0, 2.0]) == before != 0


NETWORKS = [
    lambda dtype: FullyConnected.random(2, [4, 3], seed=1, dtype=dtype),
    lambda dtype: FullyConnected.random(3, [], seed=1, dtype=dtype),
    lambda dtype: FullyConnected.random(1, [1, 1, 1], seed=1, dtype=dtype),
    lambda dtype: OneNeuronResNet.random(2, 5, seed=1, dtype=dtype),
    lambda dtype: OneNeuronResNet.random(1, 1, seed=1, dtype=dtype),
    lambda dtype: OneNeuronResNet.random(3, 0, seed=1, dtype=dtype),
]


@pytest.mark.parametrize("make", NETWORKS)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_the_way_to_torch_and_back_is_exact(make, dtype):
    net = make(dtype)
    back = type(net).from_torch(net.to_torch())
    assert (back, back.dtype) == (net, net.dtype)
    assert as_network(net.to_torch()) == net
    points = points_for(net.dim, 0, n=12).astype(dtype)
    found = net.to_torch()(torch.from_numpy(points.reshape(3, 4, -1)))
    assert tuple(found.shape) == (3, 4)
    close = 1e-4 if dtype == np.float32 else 1e-12
    np.testing.assert_allclose(found.detach().reshape(-1), net(points), rtol=close, atol=close)
    assert net.to_torch()(torch.from_numpy(points[0])).shape == ()


@pytest.mark.parametrize("make", NETWORKS)
def test_a_module_can_be_trained_and_read_again(make):
    net = make(np.float32)
    module = net.to_torch()
    before = net.digest
    points, labels = torch.randn(64, net.dim), torch.ones(64)
    loss = ((module(points) - labels) ** 2).mean()
    loss.backward()
    assert all(p.requires_grad for p in module.parameters())
    assert all(p.grad is not None for p in module.parameters() if p.numel())
    torch.optim.SGD(module.parameters(), lr=1e-3).step()
    assert ((module(points) - labels) ** 2).mean() < loss
    trained = type(net).from_torch(module)
    assert trained != net
    assert net.digest == before, "training wrote into the network"


def test_the_weights_of_a_resnet_keep_their_names():
    net = OneNeuronResNet.random(2, 3, seed=0)
    state = net.to_torch().state_dict()
    assert list(state) == ["u", "w", "b", "a", "c"]
    assert OneNeuronResNet.from_state_dict(state) == net


def test_a_fully_connected_module_is_an_ordinary_sequential():
    module = FullyConnected.random(2, [4, 3], seed=0).to_torch()
    assert isinstance(module, nn.Sequential)
    assert [type(layer) for layer in module] == [nn.Linear, nn.ReLU, nn.Linear, nn.ReLU, nn.Linear]
    assert module[0].weight.shape == (4, 2)


@pytest.mark.parametrize("make", NETWORKS)
def test_modules_are_copied_and_stored(make, tmp_path):
    net = make(np.float64)
    module = net.to_torch()
    torch.save(module, tmp_path / "net.pt")
    torch.save(module.state_dict(), tmp_path / "state.pt")
    other = net.astype(np.float64).to_torch()
    other.load_state_dict(torch.load(tmp_path / "state.pt"))
    for back in (
        copy.deepcopy(module),
        pickle.loads(pickle.dumps(module)),
        torch.load(tmp_path / "net.pt", weights_only=False),
        other,
    ):
        assert type(net).from_torch(back) == net


# What can be read besides


def linear_relu(*after):
    return nn.Sequential(nn.Linear(2, 3), nn.ReLU(), *after)


def whole():
    return linear_relu(nn.Linear(3, 1))


def test_a_layer_that_comes_twice_counts_twice():
    torch.manual_seed(0)
    layer, relu = nn.Linear(2, 2), nn.ReLU()
    module = nn.Sequential(layer, relu, layer, relu, nn.Linear(2, 1))
    net, points = FullyConnected.from_torch(module), points_for(2, 0)
    assert net.widths == (2, 2)
    assert net.astype(float)(points).tolist() == pytest.approx(values(module, points).tolist())


def test_a_single_linear_layer_is_a_network_of_depth_0():
    assert FullyConnected.from_torch(nn.Linear(3, 1)).depth == 0


def test_flatten_reads_images_in_their_order():
    module = nn.Sequential(nn.Flatten(), nn.Linear(6, 1))
    images = points_for(6, 0)
    with torch.no_grad():
        expected = module.double()(torch.from_numpy(images).reshape(-1, 2, 3))[:, 0]
    assert FullyConnected.from_torch(module)(images).tolist() == pytest.approx(expected.tolist())


@pytest.mark.parametrize("start", [0, -2])
def test_flatten_of_a_single_point_changes_nothing(start):
    # for more points the next layer would not fit, in torch either
    module = nn.Sequential(nn.Linear(2, 3), nn.Flatten(start), nn.ReLU(), nn.Linear(3, 1)).double()
    net, point = FullyConnected.from_torch(module), points_for(2, 0, n=1)
    assert net(point).tolist() == pytest.approx(values(module, point).tolist())
    with pytest.raises(RuntimeError):
        values(module, points_for(2, 0))


def test_lazy_layers_are_read_once_they_have_seen_data():
    module = nn.Sequential(nn.LazyLinear(3), nn.ReLU(), nn.LazyLinear(1))
    with pytest.raises(
        InvalidInputError, match=r"Layer '0' \(LazyLinear\) has not seen data. Call the module on"
    ):
        FullyConnected.from_torch(module)
    module(torch.zeros(1, 2))
    assert FullyConnected.from_torch(module).widths == (3,)


@pytest.mark.parametrize("norm", ["weight_norm", "spectral_norm", "orthogonal"])
def test_parametrized_weights_are_read_when_training_is_over(norm):
    module = linear_relu(getattr(nn.utils.parametrizations, norm)(nn.Linear(3, 1))).double()
    with pytest.raises(
        InvalidInputError,
        match=r"Layer '2' \(ParametrizedLinear\) has parametrized .*module\.eval\(\)",
    ):
        FullyConnected.from_torch(module)
    module.eval()
    before, points = copy.deepcopy(module.state_dict()), points_for(2, 0)
    net = FullyConnected.from_torch(module)
    assert net(points).tolist() == pytest.approx(values(module, points).tolist(), rel=1e-12)
    assert all(torch.equal(before[k], v) for k, v in module.state_dict().items())


def test_a_subclass_with_torchs_forward_is_read():
    class Named(nn.Sequential):
        """Nothing of its own."""

    class Mine(nn.Linear):
        """Nothing of its own."""

    module = Named(Mine(2, 3), nn.ReLU(), nn.Linear(3, 1))
    assert FullyConnected.from_torch(module).widths == (3,)


def test_frozen_weights_and_backward_hooks_do_not_matter():
    module = whole()
    module[0].requires_grad_(False)
    module.register_full_backward_hook(lambda *_: None)
    assert FullyConnected.from_torch(module).widths == (3,)


class Own(nn.Module):
    """The usual way to write a module: with a forward() of its own."""

    def __init__(self, **parts):
        super().__init__()
        for name, part in parts.items():
            setattr(self, name, part)

    def forward(self, x):
        return x


class OwnLinear(nn.Linear):
    def forward(self, input):
        return super().forward(input).abs()


class OwnSequential(nn.Sequential):
    def forward(self, input):
        return -super().forward(input)


def patched():
    module = whole()
    module[2].forward = lambda x: x.sum(-1, keepdim=True)
    return module


def hooked(k):
    module = whole()
    part = module if k is None else module[k]
    part.register_forward_hook(lambda module, args, output: 2 * output)
    return module


def pre_hooked():
    module = nn.Sequential(nn.Identity(), whole())
    module[0].register_forward_pre_hook(lambda module, args: (2 * args[0],))
    return module


def filled(value, dtype=torch.float32):
    module = whole().to(dtype)
    with torch.no_grad():
        module[2].bias.fill_(value)
    return module


def blocks(**extra):
    parts = OneNeuronResNet.random(2, 3, seed=0).state_dict()
    return Own(**{k: nn.Parameter(torch.tensor(v)) for k, v in (parts | extra).items()})


def old_norm(norm):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return linear_relu(getattr(nn.utils, norm)(nn.Linear(3, 1)))


def quantized():
    return nn.Sequential(nn.Flatten(), torch.ao.nn.quantized.Linear(2, 1))


BODY = "What can be read: an nn.Sequential"
REFUSED = {
    "a convolution": (
        lambda: nn.Sequential(nn.Conv2d(1, 2, 3), nn.Flatten(), nn.Linear(8, 1)),
        f"Layer '0' (Conv2d) is not read. {BODY}",
    ),
    "tanh at the end": (
        lambda: linear_relu(nn.Linear(3, 1), nn.Tanh()),
        "Layer '3' (Tanh) is not read. At the end, leave it out: module[:-1]",
    ),
    "a sigmoid at the end": (
        lambda: linear_relu(nn.Linear(3, 1), nn.Sigmoid()),
        "module[:-1] is positive where the Sigmoid is above 1/2",
    ),
    "gelu, deep inside": (
        lambda: nn.Sequential(
            OrderedDict(body=nn.Sequential(nn.Linear(2, 3), nn.GELU()), head=nn.Linear(3, 1))
        ),
        f"Layer 'body.1' (GELU) is not read. {BODY}",
    ),
    "batch norm": (
        lambda: nn.Sequential(nn.Linear(2, 3), nn.BatchNorm1d(3), nn.ReLU(), nn.Linear(3, 1)),
        "Layer '1' (BatchNorm1d) is not read. Fold it into the Linear before it",
    ),
    "a final relu": (
        lambda: linear_relu(nn.Linear(3, 1), nn.ReLU()),
        "This Sequential ends in a ReLU; a network of the course ends in an nn.Linear",
    ),
    "two linear layers": (
        lambda: nn.Sequential(nn.Linear(2, 3), nn.Sequential(nn.Identity(), nn.Linear(3, 1))),
        "Layer '1.1' (Linear) stands right behind another Linear. Put an nn.ReLU() between",
    ),
    "relu first": (
        lambda: nn.Sequential(nn.Flatten(), nn.ReLU(), nn.Linear(2, 1)),
        "Layer '1' (ReLU) stands before any Linear. Put an nn.Linear in front of it",
    ),
    "several outputs": (
        lambda: linear_relu(nn.Linear(3, 10)),
        "This Sequential has 10 outputs; the networks of the course have one. Pass one of them",
    ),
    "layers that do not fit": (
        lambda: linear_relu(nn.Linear(4, 1)),
        "W of layer 2 reads 4 numbers, but layer 1 writes 3",
    ),
    "a forward of its own": (
        lambda: Own(net=whole()),
        "This Own has a forward() of its own, which cannot be read off. Pass the part "
        "that computes it, such as its .net",
    ),
    "a forward of its own and loose layers": (
        lambda: Own(fc1=nn.Linear(2, 3), act=nn.ReLU(), fc2=nn.Linear(3, 1)),
        "Put its layers in order, such as nn.Sequential(module.fc1, nn.ReLU(), module.fc2)",
    ),
    "a forward of its own and nothing else": (lambda: Own(), f"cannot be read off. {BODY}"),
    "a forward of its own inside": (
        lambda: nn.Sequential(nn.Linear(2, 3), Own(net=nn.Sequential(nn.ReLU())), nn.Linear(3, 1)),
        "Layer '1' (Own) has a forward() of its own",
    ),
    "a linear layer with its own forward": (
        lambda: linear_relu(OwnLinear(3, 1)),
        "Layer '2' (OwnLinear) has a forward() of its own",
    ),
    "a sequential with its own forward": (
        lambda: OwnSequential(*whole()),
        "This OwnSequential has a forward() of its own, which cannot be read off. If it computes "
        "its layers one after the other, pass nn.Sequential(*module)",
    ),
    "a list of layers": (
        lambda: nn.ModuleList(whole()),
        "such as nn.Sequential(module[0], nn.ReLU(), module[2])",
    ),
    "a wrapper": (lambda: nn.DataParallel(whole()), "Pass the part that computes it, such as its "),
    "a patched forward": (patched, "Layer '2' (Linear) has a forward() of its own"),
    "a hook": (
        lambda: hooked(0),
        "Layer '0' (Linear) has forward hooks, which may change what it computes",
    ),
    "a hook on all": (lambda: hooked(None), "This Sequential has forward hooks"),
    "a hook before": (pre_hooked, "Layer '0' (Identity) has forward hooks"),
    "old weight norm": (lambda: old_norm("weight_norm"), "Layer '2' (Linear) has forward hooks"),
    "old spectral norm": (
        lambda: old_norm("spectral_norm"),
        "Layer '2' (Linear) has forward hooks",
    ),
    "pruned": (
        lambda: linear_relu(prune.l1_unstructured(nn.Linear(3, 1), "weight", amount=1)),
        "Layer '2' (Linear) has forward hooks",
    ),
    "the meta device": (
        lambda: nn.Sequential(nn.Linear(2, 1, device="meta")),
        "weight of layer '0' (Linear) lies on torch's device 'meta'",
    ),
    "complex numbers": (
        lambda: nn.Sequential(nn.Linear(2, 1, dtype=torch.complex64)),
        "weight of layer '0' (Linear) holds complex numbers",
    ),
    "not a number": (
        lambda: filled(torch.nan),
        "bias of layer '2' (Linear) holds a value that is infinite",
    ),
    "infinite": (
        lambda: filled(torch.inf, torch.float16),
        "bias of layer '2' (Linear) holds a value that is infinite",
    ),
    "no layers": (lambda: nn.Sequential(), f"This Sequential has no layers. {BODY}"),
    "no layers that count": (lambda: nn.Sequential(nn.Flatten()), "This Sequential has no layers"),
    "quantized": (
        quantized,
        "Layer '1' (Linear) is not read. It comes from torch.ao.nn.quantized",
    ),
    "blocks": (blocks, "This Own holds the blocks of a one-neuron ResNet. Pass it to "),
    "a tensor": (lambda: torch.ones(2), "FullyConnected.from_torch got a Tensor. Pass a torch.nn."),
    "a class": (lambda: nn.Linear, "FullyConnected.from_torch got a type. Pass a torch.nn.Module"),
    "nothing": (lambda: None, "FullyConnected.from_torch got a NoneType. Pass a torch.nn.Module"),
    "a state_dict": (
        lambda: whole().state_dict(),
        "FullyConnected.from_torch reads a module, not its state_dict",
    ),
}


@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::UserWarning")
@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_read_is_refused_by_name(name):
    make, message = REFUSED[name]
    module = make()
    with pytest.raises(InvalidInputError) as caught:
        FullyConnected.from_torch(module)
    assert message in str(caught.value)
    assert str(caught.value).endswith(".")
    with pytest.raises(CourseError):
        as_network(module)


def test_more_outputs_are_a_wrong_shape():
    with pytest.raises(ShapeError, match="has 2 outputs"):
        FullyConnected.from_torch(nn.Linear(3, 2))


# The blocks of a one-neuron ResNet


def test_blocks_of_ones_own_are_read_when_asked():
    # under the right names, in a class of one's own: what it computes cannot be seen
    net = OneNeuronResNet.random(2, 3, seed=0)
    assert OneNeuronResNet.from_torch(blocks()) == net
    with pytest.raises(InvalidInputError, match="if it computes what a OneNeuronResNet does"):
        as_network(blocks())


def hooked_blocks():
    module = OneNeuronResNet.random(2, 3, seed=0).to_torch()
    module.register_forward_hook(lambda module, args, output: 2 * output)
    return module


REFUSED_BLOCKS = {
    "layers": (whole, "A Sequential is not read as a OneNeuronResNet.*FullyConnected.from_torch"),
    "another weight": (lambda: blocks(v=np.ones(2)), "A Own is not read as a OneNeuronResNet"),
    "another shape": (lambda: blocks(c=np.ones(1)), "A Own is not read as a OneNeuronResNet"),
    "shapes that do not fit": (lambda: blocks(b=np.ones(2)), "b counts 2 blocks"),
    "a hook": (hooked_blocks, "This OneNeuronResNetModule has forward hooks"),
    "not a number": (
        lambda: blocks(c=np.array(np.nan)),
        "readout c holds a value that is infinite",
    ),
    "a state_dict": (
        lambda: OneNeuronResNet.random(2, 3, seed=0).to_torch().state_dict(),
        "OneNeuronResNet.from_torch reads a module, not its state_dict",
    ),
    "a network": (
        lambda: OneNeuronResNet.random(2, 3, seed=0),
        "OneNeuronResNet.from_torch got a OneNeuronResNet. Pass a torch.nn.Module",
    ),
}


@pytest.mark.parametrize("name", REFUSED_BLOCKS)
def test_what_holds_no_blocks_is_refused(name):
    make, message = REFUSED_BLOCKS[name]
    with pytest.raises(InvalidInputError, match=message):
        OneNeuronResNet.from_torch(make())


def test_a_resnets_module_with_another_forward_is_not_guessed_at():
    class Bent(type(OneNeuronResNet.random(2, 3, seed=0).to_torch())):
        def forward(self, x):
            return super().forward(x).abs()

    module = Bent(*OneNeuronResNet.random(2, 3, seed=0).to_torch().parameters())
    with pytest.raises(InvalidInputError, match=r"OneNeuronResNet\.from_torch, if it computes"):
        as_network(module)


# What reads arrays and tensors of every kind: right, without a warning, or refused by name


@pytest.mark.filterwarnings("error")
def test_arrays_that_torch_would_refuse_or_warn_of_are_read():
    torch = pytest.importorskip("torch")
    W = np.arange(6.0).reshape(3, 2)
    turned, plain = W[::-1, ::-1], W[::-1, ::-1].copy()
    frozen = plain.copy()
    frozen.setflags(write=False)
    nets = [FullyConnected.from_layers([(V, [0, 1, 2]), ([1, 1, 1], 0)]) for V in (turned, frozen)]
    assert nets[0] == nets[1]
    x = np.array([[1.0, 2.0], [3.0, -4.0]])
    x.setflags(write=False)
    module = nets[0].to_torch()
    assert module(torch.tensor(x[::-1].copy())).tolist() == nets[1](x[::-1]).tolist()
    assert nets[0](torch.tensor(x.copy(), requires_grad=True)).tolist() == nets[0](x).tolist()


def test_layers_without_bias_are_read_as_biases_of_zero():
    nn = pytest.importorskip("torch").nn
    module = nn.Sequential(nn.Linear(2, 3, bias=False), nn.ReLU(), nn.Linear(3, 1, bias=False))
    net = FullyConnected.from_torch(module)
    assert not any(bias.any() for bias in net.biases)
    pairs = [(layer.weight, layer.bias) for layer in (module[0], module[2])]
    with pytest.raises(InvalidInputError, match=r"b of layer 1 .*pass zeros"):
        FullyConnected.from_layers(pairs)
    with pytest.raises(InvalidInputError, match=r"read by FullyConnected\.from_torch"):
        FullyConnected.from_layers(module)


def test_an_imaginary_part_is_never_dropped():
    torch = pytest.importorskip("torch")
    net = FullyConnected.random(2, [3], seed=0)
    doors = [
        net,
        UnitBall().contains,
        lambda x: FullyConnected.from_layers([(x, [0, 0]), ([1, 1], 0)]),
        lambda x: Polygon([(0, 0), (3, 0), *x]),
        lambda x: approximate(x, ((0, 1), (0, 1))),
        lambda x: list(steps(OneNeuronResNet.random(2, 1, seed=0), x)),
    ]
    rows = [[1.0, 1.0 + 1e-9j], [0.0, 2.0]]
    for door in doors:
        for wrong in (rows, np.array(rows), torch.tensor(rows)):
            with pytest.raises(InvalidInputError, match=r"complex|no pair of numbers"):
                door(wrong)


def test_sparse_numbers_are_named_with_what_makes_them_dense():
    torch = pytest.importorskip("torch")
    sparse = torch.eye(2).to_sparse()
    for door in (
        FullyConnected.random(2, [3], seed=0),
        lambda x: FullyConnected.from_layers([(x, [0, 0]), ([1, 1], 0)]),
    ):
        with pytest.raises(InvalidInputError, match=r"is sparse\. Pass a dense tensor: .*to_dense"):
            door(sparse)
