"""Read networks from torch modules, layer by layer, without importing torch.

Whoever holds a module has imported torch, so it is found among the loaded modules.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import Any

from course_lib.arguments import counted
from course_lib.errors import InvalidInputError, ShapeError
from course_lib.networks.reading import Array, read_weights

__all__ = ["blocks_of_module", "holds_blocks", "is_module", "layers_of_module"]

READABLE = (
    "What can be read: an nn.Sequential of nn.Linear and nn.ReLU, nested as you like, with "
    "nn.Flatten, nn.Identity and nn.Dropout, and one output"
)
# On a single point these do nothing once training is over: Flatten only arranges many.
WITHOUT_EFFECT = ("Flatten", "Identity", "Dropout", "AlphaDropout")
BLOCKS = {"u": 2, "w": 2, "b": 1, "a": 1, "c": 0}  # names and axes


def is_module(value: Any) -> bool:
    """Whether this is a torch module."""
    torch = sys.modules.get("torch")
    return torch is not None and isinstance(value, torch.nn.Module)


def holds_blocks(module: Any) -> bool:
    """Whether this is the module that ``OneNeuronResNet.to_torch()`` makes."""
    return _computes_as(module, _course_class("OneNeuronResNetModule"))


def blocks_of_module(module: Any) -> dict[str, Any]:
    """The parameters u, w, b, a and c of a module that holds nothing else.

    Raises:
        InvalidInputError: no module, or one with other parameters.
    """
    _require_module("OneNeuronResNet", module)
    state = dict(module.named_parameters())
    if {name: value.ndim for name, value in state.items()} != BLOCKS:
        raise InvalidInputError(
            f"A {type(module).__name__} is not read as a OneNeuronResNet: that needs parameters u "
            "and w of shape (L, d), b (L,), a (d,) and c (), as OneNeuronResNet.to_torch() makes "
            "them. Pass such a module, or your blocks to OneNeuronResNet.from_blocks; layers of "
            "Linear and ReLU are read by FullyConnected.from_torch."
        )
    _require_as_stored(_name("", module), module)
    return state


def layers_of_module(module: Any) -> list[tuple[Array, Array]]:
    """The pairs (W, b) of a module of Linear and ReLU layers.

    Raises:
        InvalidInputError: no module, a layer that cannot be read, or two Linear layers without a
            ReLU between them; ShapeError: more than one output.
    """
    _require_module("FullyConnected", module)
    layers: list[tuple[Array, Array]] = []
    last = ""  # the last layer that counts: "Linear" or "ReLU"
    for name, layer in _flat("", module):
        if _is_a(layer, "Linear"):
            if last == "Linear":
                raise InvalidInputError(
                    f"{name} stands right behind another Linear. Put an nn.ReLU() between the two, "
                    "or multiply them into one."
                )
            layers.append(_weights(name, layer))
            last = "Linear"
        elif _is_a(layer, "ReLU"):
            if not last:
                raise InvalidInputError(
                    f"{name} stands before any Linear. Put an nn.Linear in front of it (the "
                    "identity would do)."
                )
            last = "ReLU"
        elif not any(_is_a(layer, kind) for kind in WITHOUT_EFFECT):
            raise InvalidInputError(_unreadable(name, layer))
    _require_one_output(type(module).__name__, last, layers)
    return layers


def _flat(path: str, module: Any) -> Iterator[tuple[str, Any]]:
    """The layers of a Sequential in order, nested ones too, each with its name for errors."""
    _require_as_stored(_name(path, module), module)
    sequential = _is_a(module, "Sequential")
    if not (sequential or _computes_as(module, _course_class("FullyConnectedModule"))):
        yield _name(path, module), module
        return
    for key, layer in module._modules.items():  # named_children() leaves out what comes again
        yield from _flat(f"{path}.{key}" if path else key, layer)


def _name(path: str, module: Any) -> str:
    kind = type(module).__name__
    return f"Layer {path!r} ({kind})" if path else f"This {kind}"


def _weights(name: str, layer: Any) -> tuple[Array, Array]:
    """W and b of a Linear layer; without a bias b is 0."""
    name = name[0].lower() + name[1:]
    bias = layer.weight.new_zeros(len(layer.weight)) if layer.bias is None else layer.bias
    W, b = read_weights([(f"The weight of {name}", layer.weight), (f"The bias of {name}", bias)])
    return W, b


def _is_a(layer: Any, kind: str) -> bool:
    """Whether a layer is of torch's class nn.``kind`` and computes as that class does."""
    return _computes_as(layer, getattr(sys.modules["torch"].nn, kind))


def _computes_as(layer: Any, made: type | None) -> bool:
    """Whether a layer is of this class and has its ``forward``, not one of its own."""
    if made is None or not isinstance(layer, made):
        return False
    return getattr(layer.forward, "__func__", None) is made.forward  # type: ignore[attr-defined]


def _course_class(name: str) -> type | None:
    """A class of the course's modules; None while nobody can have made one."""
    return getattr(sys.modules.get("course_lib.networks.torch_modules"), name, None)


def _require_one_output(kind: str, last: str, layers: list[tuple[Array, Array]]) -> None:
    if not last:
        raise InvalidInputError(f"This {kind} has no layers. {READABLE}.")
    if last == "ReLU":
        raise InvalidInputError(
            f"This {kind} ends in a ReLU; a network of the course ends in an nn.Linear with one "
            "output. Pass module[:-1]: it is positive at the same points."
        )
    if len(layers[-1][0]) != 1:
        raise ShapeError(
            f"This {kind} has {counted(len(layers[-1][0]), 'output')}; the networks of the "
            "course have one. "
            "Pass one of them, as FullyConnected.from_layers([..., (W[i], b[i])]), or for two "
            "classes their difference (W[1] - W[0], b[1] - b[0])."
        )


def _require_as_stored(name: str, module: Any) -> None:
    """Refuse a module whose weights are not (yet) what it computes with."""
    is_lazy = sys.modules["torch"].nn.parameter.is_lazy
    if any(is_lazy(weight) for weight in module.parameters(recurse=False)):
        raise InvalidInputError(f"{name} has not seen data. Call the module on a batch first.")
    if module._forward_hooks or module._forward_pre_hooks:
        raise InvalidInputError(
            f"{name} has forward hooks, which may change what it computes. Remove them first "
            "(those of torch.nn.utils: remove_weight_norm, remove_spectral_norm, prune.remove)."
        )
    if hasattr(module, "parametrizations") and module.training:
        raise InvalidInputError(
            f"{name} has parametrized weights, which may differ while it trains. Call "
            "module.eval() first."
        )


def _require_module(family: str, module: Any) -> None:
    if is_module(module):
        return
    if isinstance(module, dict):
        raise InvalidInputError(
            f"{family}.from_torch reads a module, not its state_dict: the names of weights do not "
            "say what is between them. Pass the module itself."
        )
    raise InvalidInputError(
        f"{family}.from_torch got a {type(module).__name__}. Pass a torch.nn.Module. {READABLE}."
    )


def _unreadable(name: str, layer: Any) -> str:
    """Why a layer is not read, and what to do about it."""
    kind, home = type(layer).__name__, type(layer).__module__
    if set(dict(layer.named_parameters())) == set(BLOCKS):
        return (
            f"{name} holds the blocks of a one-neuron ResNet. Pass it to "
            "OneNeuronResNet.from_torch, if it computes what a OneNeuronResNet does."
        )
    if not home.startswith("torch.") or "forward" in vars(layer):
        return f"{name} has a forward() of its own, which cannot be read off. {_instead(layer)}"
    if kind in ("Sigmoid", "Tanh"):
        level = "1/2" if kind == "Sigmoid" else "0"
        return (
            f"{name} is not read. At the end, leave it out: module[:-1] is positive where the "
            f"{kind} is above {level}. Between layers there is no exact way. {READABLE}."
        )
    if kind.startswith("BatchNorm"):
        return (
            f"{name} is not read. Fold it into the Linear before it, with "
            f"torch.nn.utils.fusion.fuse_linear_bn_eval. {READABLE}."
        )
    if kind == "Linear":
        return f"{name} is not read. It comes from {home}, not from torch.nn. {READABLE}."
    return f"{name} is not read. {_instead(layer)}"


def _instead(layer: Any) -> str:
    """What to pass instead of a module that holds readable ones."""
    nn = sys.modules["torch"].nn
    children = list(layer.named_children())
    linear = [
        f"module[{key}]" if key.isdigit() else f"module.{key}"
        for key, child in children
        if isinstance(child, nn.Linear)
    ]
    if isinstance(layer, nn.Sequential):
        return "If it computes its layers one after the other, pass nn.Sequential(*module)."
    for key, child in children:
        if isinstance(child, nn.Sequential):
            return f"Pass the part that computes it, such as its .{key}. {READABLE}."
    if linear:
        return f"Put its layers in order, such as nn.Sequential({', nn.ReLU(), '.join(linear)})."
    return f"{READABLE}."
