"""Which types of Parquet columns can be read and written back, and as which they are."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from deid.importing.back_file import need

_EXTENSIONS = frozenset({"arrow.uuid", "arrow.json", "arrow.opaque", "arrow.fixed_shape_tensor"})
_UTC = "+00:00"  # "UTC" itself is unknown where the system has no list of zones


def why_odd(type_: Any, *, nested: bool = False) -> str:
    """Tell why cells of a type cannot be read and written back; "" when they can."""
    types = need("pyarrow").types
    if hasattr(type_, "extension_name"):
        odd = nested or type_.extension_name not in _EXTENSIONS
        return f"an extension type{' inside another type' if nested else ''}" if odd else ""
    if types.is_dictionary(type_):
        return why_odd(type_.value_type, nested=True)
    fields = _fields(type_)
    if types.is_struct(type_) and len({field.name for field in fields}) < len(fields):
        return "a struct with two fields of one name"
    if fields and (types.is_struct(type_) or types.is_map(type_) or _list_maker(type_)):
        return next(filter(None, (why_odd(field.type, nested=True) for field in fields)), "")
    return "" if any(is_known(type_) for is_known in _leaves(types)) else "an unknown type"


def readable(type_: Any) -> Any:
    """Return the type to read cells as: times in microseconds, those of a zone that is not known here as of UTC."""
    arrow = need("pyarrow")
    types = arrow.types

    def read(leaf: Any) -> Any:
        unit = "us" if getattr(leaf, "unit", "") == "ns" else getattr(leaf, "unit", "")
        if types.is_timestamp(leaf):
            return arrow.timestamp(unit, leaf.tz if leaf.tz is None or _is_zone(leaf.tz) else _UTC)
        if types.is_time64(leaf):
            return arrow.time64(unit)
        if types.is_duration(leaf):
            return arrow.duration(unit)
        return leaf

    return _with_leaves(type_, read, views=False)


def writable(type_: Any) -> Any:
    """Return the type to write cells as: a dictionary's index has room for those of several parts of the input."""
    arrow = need("pyarrow")

    def wide(leaf: Any) -> Any:
        if arrow.types.is_dictionary(leaf) and leaf.index_type.bit_width < 32:
            return arrow.dictionary(arrow.int32(), leaf.value_type, leaf.ordered)
        return leaf

    return _with_leaves(type_, wide, views=True)


def _with_leaves(type_: Any, change: Callable[[Any], Any], *, views: bool) -> Any:
    """Return a type with every type changed that holds no others. Without ``views`` a list view becomes a list."""
    arrow = need("pyarrow")
    fields = [field.with_type(_with_leaves(field.type, change, views=views)) for field in _fields(type_)]
    if not fields:
        return change(type_)
    if fields == _fields(type_):
        return type_
    if arrow.types.is_struct(type_):
        return arrow.struct(fields)
    if arrow.types.is_map(type_):
        return arrow.map_(*_fields(fields[0].type), keys_sorted=type_.keys_sorted)
    return _list_maker(type_, views=views)(fields[0])


def _list_maker(type_: Any, *, views: bool = True) -> Any:
    """Return what makes a list of the same kind of a field; None when the type is no list."""
    arrow = need("pyarrow")
    types = arrow.types
    if types.is_fixed_size_list(type_):
        return lambda field: arrow.list_(field, type_.list_size)
    if types.is_list_view(type_):
        return arrow.list_view if views else arrow.list_
    if types.is_large_list_view(type_):
        return arrow.large_list_view if views else arrow.large_list
    if types.is_large_list(type_):
        return arrow.large_list
    return arrow.list_ if types.is_list(type_) else None


def _fields(type_: Any) -> list[Any]:
    return [type_.field(place) for place in range(type_.num_fields)]


def _leaves(types: Any) -> list[Callable[[Any], bool]]:
    texts = [types.is_string, types.is_large_string, types.is_string_view]
    octets = [types.is_binary, types.is_large_binary, types.is_binary_view, types.is_fixed_size_binary]
    numbers = [types.is_boolean, types.is_integer, types.is_floating, types.is_decimal]
    times = [types.is_date, types.is_time, types.is_timestamp, types.is_duration]
    return [types.is_null, *times, *texts, *octets, *numbers]


def _is_zone(name: str) -> bool:
    arrow = need("pyarrow")
    try:
        arrow.scalar(0, arrow.timestamp("us", name)).as_py()
    except Exception:  # noqa: BLE001  whatever a library of zones raises
        return False
    return True
