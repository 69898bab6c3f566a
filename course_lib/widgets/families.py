"""Networks sorted for a picture: which depths, which seeds, and what is said about each."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from course_lib.arguments import counted, shown
from course_lib.errors import InvalidInputError, ShapeError
from course_lib.networks import Network, OneNeuronResNet, as_network, is_network

__all__ = ["Facts", "Family", "sort_families"]

Facts = Callable[[Network], Mapping[str, str]] | Mapping[Any, Any] | None
Key = tuple[int, int | None]

_SHAPES = (
    "Pass a OneNeuronResNet, a mapping {depth: network} or {(depth, seed): network}, "
    "or a mapping {name: one of these}."
)


@dataclass(frozen=True)
class Family:
    """Networks of one kind by depth and seed, with the facts shown beside each.

    Args:
        name: title of the picture; empty when there is only one family.
        networks: {(depth, seed): network}; the seed is None when there are none.
        facts: {(depth, seed): {label: text}} with the keys of ``networks``.
        whole: the network whose prefixes the family holds, if it is one.
        dim: how many inputs each network has.

    Raises:
        InvalidInputError: a missing combination of depth and seed, or facts for other keys.
        ShapeError: a network with another number of inputs.
    """

    name: str
    networks: Mapping[Key, Network]
    facts: Mapping[Key, Mapping[str, str]]
    whole: OneNeuronResNet | None = None
    dim: int = 2

    def __post_init__(self) -> None:
        for (depth, _), net in self.networks.items():
            if net.dim != self.dim:
                where = "in the plane" if self.dim == 2 else f"here in {self.dim} dimensions"
                raise ShapeError(
                    f"The network of depth {depth}{self._title} has {counted(net.dim, 'input')}. "
                    f"A decision region is drawn {where}; pass networks with dim={self.dim}."
                )
        missing = [
            (depth, seed)
            for depth in self.depths
            for seed in self.seeds or (None,)
            if (depth, seed) not in self.networks
        ]
        if missing:
            raise InvalidInputError(
                f"No network for depth {missing[0][0]} and seed {missing[0][1]}{self._title}. "
                "Pass one for every depth and seed."
            )

    @property
    def _title(self) -> str:
        return f" of {self.name!r}" if self.name else ""

    @property
    def depths(self) -> tuple[int, ...]:
        """The depths in increasing order."""
        return tuple(sorted({depth for depth, _ in self.networks}))

    @property
    def seeds(self) -> tuple[int, ...]:
        """The seeds in increasing order; none when networks are given by depth alone."""
        return tuple(sorted({seed for _, seed in self.networks if seed is not None}))

    def key(self, depth: int, seed: int | None) -> Key:
        """Where to find depth and seed here; a family without seeds looks the same for all."""
        return (depth, seed if self.seeds else None)


def sort_families(networks: Any, facts: Facts = None, dim: int = 2) -> tuple[Family, ...]:
    """Read what :class:`~course_lib.widgets.DepthSlider` was given as a tuple of families.

    Raises:
        InvalidInputError: something that is no network, or families over different depths or seeds.
        ShapeError: a network that has not ``dim`` inputs.

    >>> nets = {depth: OneNeuronResNet.random(2, depth, seed=0) for depth in (1, 5)}
    >>> [family] = sort_families(nets)
    >>> family.depths, family.seeds
    ((1, 5), ())
    """
    if isinstance(networks, Mapping) and networks and all(isinstance(k, str) for k in networks):
        named = {
            name: _family(name, members, _facts_of(name, facts), dim)
            for name, members in networks.items()
        }
    else:
        named = {"": _family("", networks, facts, dim)}
    families = tuple(named.values())
    _require_common_keys(families)
    return families


def _facts_of(name: str, facts: Facts) -> Facts:
    """The facts of one family: a function serves all, a mapping is asked by name."""
    if facts is None or callable(facts):
        return facts
    if not isinstance(facts, Mapping) or name not in facts:
        raise InvalidInputError(
            f"facts has no entry for {name!r}. Pass {{name: facts}} with the names of the networks."
        )
    return facts[name]


def _family(name: str, members: Any, facts: Facts, dim: int) -> Family:
    read = as_network(members) if is_network(members) else members
    whole = read if isinstance(read, OneNeuronResNet) else None
    if whole is not None:
        members = {depth: whole.prefix(depth) for depth in range(whole.depth + 1)}
    if not isinstance(members, Mapping) or not members:
        kept = isinstance(getattr(members, "networks", None), Mapping)
        move = "Pass its networks: result.networks." if kept else _SHAPES
        raise InvalidInputError(f"This is not a family of networks: {shown(members)}. {move}")
    nets = {_key(key): _network(key, net) for key, net in members.items()}
    said = {
        key: _facts(key, original, net, facts)
        for (key, net), original in zip(nets.items(), members, strict=True)
    }
    return Family(name, nets, said, whole, dim)


def _key(key: Any) -> Key:
    match key:
        case (int(depth), int(seed)):
            return depth, seed
        case int(depth):
            return depth, None
    raise InvalidInputError(f"{key!r} is neither a depth nor a pair (depth, seed). {_SHAPES}")


def _network(key: Any, net: Any) -> Network:
    if not is_network(net):
        raise InvalidInputError(
            f"The entry {key!r} is a {type(net).__name__}, not a network. {_SHAPES}"
        )
    return as_network(net)


def _facts(key: Key, original: Any, net: Network, facts: Facts) -> dict[str, str]:
    """Parameters first: the cost of a picture belongs beside it."""
    said: Any = {}
    if callable(facts) and not isinstance(facts, type):
        said = _asked(facts, net)
    elif isinstance(facts, Mapping):
        said = facts.get(original)
    elif facts is not None:
        said = facts
    if not isinstance(said, Mapping):
        raise InvalidInputError(
            f"There are no facts for depth {key[0]} and seed {key[1]}. Pass a mapping with the "
            "keys of the networks, or a function net -> {label: text}."
        )
    return {"parameters": str(net.num_parameters)} | {str(k): str(v) for k, v in said.items()}


def _asked(facts: Callable[[Network], Any], net: Network) -> Any:
    try:
        return facts(net)
    except TypeError as error:
        raise InvalidInputError(
            f"facts raised TypeError ({str(error)[:80]}). Pass a function net -> {{label: text}}."
        ) from error


def _require_common_keys(families: tuple[Family, ...]) -> None:
    """One slider moves all pictures, so all need a network at each of its places."""
    first = families[0]
    seeds = next((family.seeds for family in families if family.seeds), ())
    for family in families:
        if family.depths != first.depths:
            raise InvalidInputError(
                f"{family.name!r} has depths {family.depths}, but {first.name!r} has "
                f"{first.depths}. Pass the same depths for every name."
            )
        if family.seeds and family.seeds != seeds:
            raise InvalidInputError(
                f"{family.name!r} has seeds {family.seeds}, but another has {seeds}. "
                "Pass the same seeds for every name, or networks by depth alone."
            )
