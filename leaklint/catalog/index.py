"""The catalog as the analysis asks it: what a dotted name takes, releases, returns, borrows, raises.

Every question is a dictionary look-up; names are made canonical on the way. Nothing here knows a library.
"""

from __future__ import annotations

import builtins
import functools
from collections.abc import Callable, Iterable, Iterator
from fnmatch import fnmatchcase

import msgspec

from leaklint.catalog.schema import ByName, Factory, Framework, Library, Resource, Wrapper

_DEEPEST = 20


class Acquired(msgspec.Struct, frozen=True, gc=False):
    """A call takes `resource`, a row of `library`."""

    library: str
    resource: Resource


class Shape(msgspec.Struct, frozen=True, gc=False):
    """A row that a call `receiver.method()` may mean where the receiver's type is unknown; `modules` are the import
    names of its library: only a file that names one of them gives more than low confidence."""

    library: str
    resource: Resource
    by_name: ByName
    modules: tuple[str, ...]


class Names:
    """A set of dotted names with patterns: `logging.*` is everything below logging, `*.log` any name that ends so,
    `psycopg2.extras.register_*` everything that starts so."""

    def __init__(self, names: Iterable[str]) -> None:
        self._exact: set[str] = set()
        self._below: set[str] = set()
        self._endings: set[str] = set()
        self._starts: list[str] = []
        for name in names:
            if name.endswith(".*"):
                self._below.add(name[:-2])
            elif name.startswith("*."):
                self._endings.add(name[2:])
            elif name.endswith("*"):
                self._starts.append(name[:-1])
            else:
                self._exact.add(name)

    def __contains__(self, name: str) -> bool:
        if name in self._exact or name.rpartition(".")[2] in self._endings:
            return True
        if self._below and any(prefix in self._below for prefix in _prefixes(name)):
            return True
        return any(name.startswith(start) for start in self._starts)


class Catalog:
    """The libraries that are in force, indexed by name. Built by `leaklint.catalog.load_catalog`."""

    def __init__(self, libraries: Iterable[Library]) -> None:
        self.libraries: tuple[Library, ...] = tuple(libraries)
        self._aliases: dict[str, str] = {}
        self._bases: dict[str, str] = {}
        self._exceptions: dict[str, str] = {}
        self._acquisitions: dict[str, Acquired] = {}
        self._holdings: dict[str, Acquired] = {}
        self._types: dict[str, Acquired] = {}
        self._returns: dict[str, str] = {}
        self._factories: dict[str, Factory] = {}
        self._wrappers: dict[str, Wrapper] = {}
        self._values: dict[str, str] = {}
        self._shapes: dict[str, list[Shape]] = {}
        self._methods_of: set[str] = set()
        self._free: set[str] = set()
        for library in self.libraries:
            self._aliases.update(library.aliases)
            self._bases.update(library.subclasses)
            self._exceptions.update(library.hierarchy)
            self._values.update(library.values)
        for library in self.libraries:
            self._index(library)
        self._name_cache: dict[str, str] = {}

    def _index(self, library: Library) -> None:
        for resource in library.resource:
            if not resource.obliges:
                self._free.update(resource.acquire)
                if resource.type:
                    self._methods_of.add(resource.type)
                    self._returns.update(dict.fromkeys(resource.acquire, resource.type))
                continue
            acquired = Acquired(library.name, resource)
            for name in (resource.type, *resource.types):
                if name:
                    self._methods_of.add(name)
                    known = self._types.get(name)
                    if known is None or (resource.release and not known.resource.release):
                        self._types[name] = acquired
            for call in resource.acquire:
                if call in self._free:
                    continue
                if resource.taken == "receiver":
                    self._holdings.setdefault(call, acquired)
                else:
                    self._acquisitions.setdefault(call, acquired)
                    if resource.type and not resource.gives:
                        self._returns.setdefault(call, resource.type)
                self._methods_of.add(call.rpartition(".")[0])
            for by_name in resource.by_name:
                shape = Shape(library.name, resource, by_name, library.modules)
                self._shapes.setdefault(by_name.method, []).append(shape)
        for factory in library.factory:
            self._returns.setdefault(factory.call, factory.returns)
            self._factories.setdefault(factory.call, factory)
            self._methods_of.add(factory.returns)
        for wrapper in library.wrapper:
            self._wrappers.setdefault(wrapper.call, wrapper)
            self._methods_of.add(wrapper.call.rpartition(".")[0])

    # Names

    def canonical(self, name: str) -> str:
        """The name by which the catalog knows what `name` means; `name` itself where no alias covers it."""
        known = self._name_cache.get(name)
        if known is None:
            known = self._name_cache[name] = self._resolved(name)
        return known

    def _resolved(self, name: str) -> str:
        for _ in range(_DEEPEST):
            for prefix in _prefixes(name, itself=True):
                target = self._aliases.get(prefix)
                if target is not None and target != prefix:
                    name = target + name[len(prefix) :]
                    break
            else:
                break
        return name

    def bases(self, type_name: str) -> Iterator[str]:
        """The class itself, then its bases as far as the catalog knows them, canonical."""
        seen: set[str] = set()
        name: str | None = self.canonical(type_name)
        while name is not None and name not in seen and len(seen) < _DEEPEST:
            seen.add(name)
            yield name
            base = self._bases.get(name)
            name = None if base is None else self.canonical(base)

    def knows_type(self, name: str) -> bool:
        """Whether the catalog says anything of objects of the class `name`."""
        return any(base in self._types or base in self._methods_of for base in self.bases(name))

    def method_of(self, type_name: str, method: str) -> str:
        """The canonical name of a method: on the first of the class and its bases of which the catalog knows it."""
        first = ""
        for base in self.bases(type_name):
            name = f"{base}.{method}"
            first = first or name
            if any(name in known for known in (self._acquisitions, self._holdings, self._returns, self._wrappers)):
                return name
        return first

    def _candidates(self, name: str) -> Iterator[str]:
        name = self.canonical(name)
        yield name
        owner, dot, method = name.rpartition(".")
        if dot and owner in self._bases:
            for base in self.bases(owner):
                yield f"{base}.{method}"

    # What calls do

    def acquisition(self, name: str) -> Acquired | None:
        """What calling `name` takes and returns: a function, a class, or `Class.method` (also of a base class)."""
        return next((found for n in self._candidates(name) if (found := self._acquisitions.get(n))), None)

    def holding(self, name: str) -> Acquired | None:
        """What calling the method `name` takes hold of in the object it is called on: `threading.Lock.acquire`."""
        return next((found for n in self._candidates(name) if (found := self._holdings.get(n))), None)

    def resource_of_type(self, type_name: str) -> Acquired | None:
        """The row of objects of a class. Where a class is both a plain and a pooled connection, the plain one; where
        libraries give objects of another's class, a row that says how these end."""
        return next((found for n in self.bases(type_name) if (found := self._types.get(n))), None)

    def returned_type(self, name: str) -> str | None:
        """The class of what calling `name` returns, canonical; a class that the catalog knows returns itself."""
        for candidate in self._candidates(name):
            found = self._returns.get(candidate)
            if found is not None:
                return self.canonical(found)
        name = self.canonical(name)
        return name if name in self._types or name in self._bases or name in self._methods_of else None

    def value_type(self, name: str) -> str | None:
        """The class of a value that is no call's result: a module's global, or an attribute of a class's objects."""
        return next((self.canonical(found) for n in self._candidates(name) if (found := self._values.get(n))), None)

    def factory(self, name: str) -> Factory | None:
        """The row of a call that returns an object which is no resource itself."""
        return next((found for n in self._candidates(name) if (found := self._factories.get(n))), None)

    def by_method(self, method: str) -> tuple[Shape, ...]:
        """The rows that a call of a method of this name may mean, whatever its receiver is."""
        return tuple(self._shapes.get(method, ()))

    def shapes(self, method: str, receiver: str) -> tuple[Shape, ...]:
        """Those of `by_method` whose patterns the receiver's last name meets."""
        return tuple(shape for shape in self._shapes.get(method, ()) if _meets(receiver, shape.by_name.receivers))

    def wrapper(self, name: str) -> Wrapper | None:
        """What a function or class of the standard library (or one like it) does with a release it is given."""
        return next((found for n in self._candidates(name) if (found := self._wrappers.get(n))), None)

    def borrows(self, name: str) -> bool:
        """Whether calling `name` uses the resources it is given and keeps none."""
        return any(candidate in self._borrowers for candidate in self._candidates(name))

    def keeps(self, name: str) -> bool:
        """Whether calling `name` keeps the resources it is given and answers for them."""
        return any(candidate in self._keepers for candidate in self._candidates(name))

    def releases_argument(self, name: str) -> tuple[Acquired, ...]:
        """The rows that the function `name` releases when it is given one."""
        return self._release_functions.get(self.canonical(name), ())

    # Failing

    def cannot_raise(self, name: str) -> bool:
        """Whether calling `name` does not fail in practice."""
        return any(candidate in self._no_raise for candidate in self._candidates(name))

    def method_cannot_raise(self, method: str, receiver: str = "") -> bool:
        """The same for a method of a receiver of unknown type; `receiver` is the last part of its name."""
        patterns = self._safe_methods.get(method)
        return patterns is not None and any(_meets(receiver, receivers) for receivers in patterns)

    def errors_of(self, library: str) -> tuple[str, ...]:
        """The roots of what a library's calls raise, canonical; empty: any Exception."""
        return self._errors.get(library, ())

    def is_subclass(self, exception: str, base: str) -> bool | None:
        """Whether one exception class derives from another; None where the catalog cannot say."""
        known, wanted = list(self._ancestors(exception)), self._exception_name(base)
        if wanted in known:
            return True
        return False if known and known[-1] == "builtins.BaseException" else None

    def _exception_name(self, name: str) -> str:
        return self.canonical(name if "." in name else f"builtins.{name}")

    def _ancestors(self, exception: str) -> Iterator[str]:
        name = self._exception_name(exception)
        for _ in range(_DEEPEST):
            yield name
            base = self._exceptions.get(name)
            if base is None:
                break
            name = self.canonical(base)
        if name.startswith("builtins."):
            kind = getattr(builtins, name[9:], None)
            if isinstance(kind, type) and issubclass(kind, BaseException):
                for ancestor in kind.__mro__[1:]:
                    if ancestor is not object:
                        yield f"builtins.{ancestor.__name__}"

    # What a file must name to matter, and words for objects of unknown type

    @functools.cached_property
    def modules(self) -> frozenset[str]:
        """Import names of the libraries by which something can be taken."""
        return frozenset(self.words_of_modules)

    @functools.cached_property
    def words_of_modules(self) -> dict[str, frozenset[str]]:
        """Import name -> the last parts of the names by which files that import it take something: acquiring calls, and
        what leads to them (`create_engine`). A name that leads to another library brings that library's words."""
        return self._words_of_modules(lambda name, target: True)

    @functools.cached_property
    def taking_words(self) -> dict[str, frozenset[str]]:
        """The same of a function that takes something: of what leads there, only other names for a call that takes it,
        and what gives something that is taken from without naming how (`sessionmaker`)."""
        unnamed = {name.rpartition(".")[0] for name in self._acquisitions if _last(name).startswith("__")}
        made = {call for library in self.libraries for call in (factory.call for factory in library.factory)}
        return self._words_of_modules(
            lambda name, target: name not in made or not unnamed.isdisjoint(self.bases(target))
        )

    @functools.cached_property
    def given_words(self) -> frozenset[str]:
        """The words by which any library gives something."""
        return frozenset().union(*self.taking_words.values())

    @functools.cached_property
    def tops(self) -> frozenset[str]:
        """The first parts of the libraries' import names."""
        return frozenset(module.partition(".")[0] for module in self.modules)

    def _words_of_modules(self, counts: Callable[[str, str], bool]) -> dict[str, frozenset[str]]:
        """counts: whether the name of what leads to something is a word, too; asked with what it leads to."""
        words: dict[str, set[str]] = {library.name: set() for library in self.libraries}
        owners: dict[str, str] = {}
        for call, acquired in (*self._acquisitions.items(), *self._holdings.items()):
            words[acquired.library].add(_last(call))
            owners[call] = acquired.library
            owner = self.canonical(call.rpartition(".")[0])
            if owner in self._types or owner in self._returns.values():
                owners.setdefault(owner, acquired.library)
        for method, shapes in self._shapes.items():
            for shape in shapes:
                words[shape.library].add(method)
        for library in self.libraries:
            links = [*library.aliases.items(), *((factory.call, factory.returns) for factory in library.factory)]
            links += [("", target) for target in library.values.values()]
            for name, target in links:
                found = owners.get(target)
                if found is None and target in self._bases:
                    found = next((owners[base] for base in self.bases(target) if base in owners), None)
                if found is not None:
                    words[library.name] |= {_last(name) if counts(name, target) else "", *words[found]}
        by_module: dict[str, frozenset[str]] = {}
        for library in self.libraries:
            for module in library.modules:
                by_module[module] = by_module.get(module, frozenset()) | words[library.name]
        empty = {"__call__", ""}
        return {module: named - empty for module, named in by_module.items() if named - empty}

    @functools.cached_property
    def maker_words(self) -> frozenset[str]:
        """The last parts of names that give something to call for a resource: `sessionmaker`, and what a library's
        variables of such a class are called."""
        callable_ = {name.rpartition(".")[0] for name in self._acquisitions if name.endswith(".__call__")}
        links = [*self._returns.items(), *self._values.items(), *((name, name) for name in callable_)]
        return frozenset(_last(name) for name, of in links if not callable_.isdisjoint(self.bases(of)))

    @functools.cached_property
    def calls_of_module(self) -> dict[str, frozenset[str]]:
        """Import name -> what can be called right on it to take something: `psycopg2` -> `connect`."""
        calls: dict[str, set[str]] = {}
        for call in self._acquisitions:
            module, _, name = call.partition(".")
            if "." not in name and name:
                calls.setdefault(module, set()).add(name)
        return {module: frozenset(names) for module, names in calls.items() if module in self.modules}

    @functools.cached_property
    def acquire_words(self) -> frozenset[str]:
        """The words of `words_of_modules`, and those of the project's own resources."""
        words = {word for words in self.words_of_modules.values() for word in words}
        words.update(_last(call) for known in (self._acquisitions, self._holdings) for call in known)
        return frozenset((words | set(self._shapes)) - {"__call__"})

    @functools.cached_property
    def free_words(self) -> frozenset[str]:
        """Acquiring words that matter in a file that names no library: builtins, what the project declares, and what a
        shape gives more than low confidence (`getconn` beside `putconn` on the same receiver)."""
        free = {word for word, shapes in self._shapes.items() if any(shape.resource.release_to for shape in shapes)}
        for library in self.libraries:
            for resource in library.resource:
                for call in resource.acquire:
                    if not library.modules or call.startswith("builtins."):
                        free.add(_last(call))
        return frozenset(free - {"__call__"})

    @functools.cached_property
    def release_words(self) -> frozenset[str]:
        """Every method name that releases some resource, on it or with it as an argument."""
        words: set[str] = set()
        for library in self.libraries:
            for resource in library.resource:
                words.update((_last(name) for name in resource.release), resource.release_to)
        return frozenset(words)

    @functools.cached_property
    def take_back_words(self) -> frozenset[str]:
        """Those of `release_words` that release what they are given: `pool.putconn(conn)`."""
        return frozenset(word for library in self.libraries for row in library.resource for word in row.release_to)

    @functools.cached_property
    def release_holders(self) -> frozenset[str]:
        """Attributes of resources that hold what releases them: `connection_pool` of a Redis client."""
        rows = (resource for library in self.libraries for resource in library.resource)
        return frozenset(name.partition(".")[0] for row in rows for name in row.release if "." in name)

    @functools.cached_property
    def frameworks(self) -> tuple[Framework, ...]:
        """What frameworks do with the functions and objects of the program."""
        return tuple(framework for library in self.libraries for framework in library.framework)

    @functools.cached_property
    def _borrowers(self) -> Names:
        return Names(name for library in self.libraries for name in library.borrowers)

    @functools.cached_property
    def _keepers(self) -> Names:
        return Names(name for library in self.libraries for name in library.keepers)

    @functools.cached_property
    def _no_raise(self) -> Names:
        return Names(name for library in self.libraries for name in library.no_raise)

    @functools.cached_property
    def _errors(self) -> dict[str, tuple[str, ...]]:
        return {lib.name: tuple(self.canonical(name) for name in lib.errors) for lib in self.libraries}

    @functools.cached_property
    def _release_functions(self) -> dict[str, tuple[Acquired, ...]]:
        found: dict[str, tuple[Acquired, ...]] = {}
        for library in self.libraries:
            for resource in library.resource:
                for name in resource.release_functions:
                    name = self.canonical(name)
                    found[name] = (*found.get(name, ()), Acquired(library.name, resource))
        return found

    @functools.cached_property
    def _safe_methods(self) -> dict[str, list[tuple[str, ...]]]:
        found: dict[str, list[tuple[str, ...]]] = {}
        for library in self.libraries:
            for row in library.safe_method:
                for method in row.methods:
                    found.setdefault(method, []).append(row.receivers)
        return found


def _prefixes(name: str, itself: bool = False) -> Iterator[str]:
    """The dotted prefixes of `name`, longest first."""
    if itself:
        yield name
    end = name.rfind(".")
    while end > 0:
        yield name[:end]
        end = name.rfind(".", 0, end)


def _last(name: str) -> str:
    return name.rpartition(".")[2]


def _meets(receiver: str, patterns: tuple[str, ...]) -> bool:
    return not patterns or any(fnmatchcase(receiver, pattern) for pattern in patterns)
