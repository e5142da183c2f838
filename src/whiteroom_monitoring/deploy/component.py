"""What the stack knows of a component: one description, which is data and nothing else.

Making a description reads no file, asks no machine and needs the standard library alone. Its texts
hold placeholders, such as ``{port[redis-exporter]}``, which a runtime fills in with the places that
it gives to the component; `planner/placeholders.py` lists them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

STAGES = (1, 2, 3, 4, 5)
# The account of applications and of the segment exporter, which share the folder of segments.
APP_ACCOUNT = "whiteroom-app"
# How large a program's log grows before it is set aside.
LOG_BYTES = 10 * 1024 * 1024


@dataclass(frozen=True)
class Port:
    """A port that the component listens on. ``name`` is how other descriptions refer to it."""

    name: str
    number: int


@dataclass(frozen=True)
class Package:
    """A package of Debian, and what is lost without it."""

    name: str
    loss: str


@dataclass(frozen=True)
class Program:
    """An executable: the names it may have, and how to come by it.

    Names without a slash are looked for on $PATH, then in ``folders``. A ``*`` in a path stands
    for a version: the one that ``version_file`` holds if it exists, else the newest.
    ``variable`` is an environment variable that names another program. ``version_option`` makes it
    print its version. ``home`` is the placeholder ``{home}``, unless the program is in an unpacked
    archive, which has a folder ``conf`` beside its own.
    """

    names: tuple[str, ...]
    remedy: str
    folders: tuple[str, ...] = ()
    variable: str = ""
    version_file: str = ""
    version_option: str = "--version"
    home: str = ""


def debian(package: str, *names: str, version_option: str = "--version") -> Program:
    """Return a program of a package of Debian; its names are upstream's first, then Debian's."""
    return Program(names, f"install Debian's package {package}", version_option=version_option)


PYTHON = Program(("{python}",), "install the package again")


@dataclass(frozen=True)
class HttpProbe:
    """The component is well while its first port answers ``path`` with status 200.

    ``password_file`` is for one that asks for a password.
    """

    path: str
    password_file: str = ""


@dataclass(frozen=True)
class CommandProbe:
    """The component is well while this command succeeds."""

    program: Program
    arguments: tuple[str, ...]


@dataclass(frozen=True)
class FileProbe:
    """The component is well while ``path`` exists, whose last part may be a pattern."""

    path: str


@dataclass(frozen=True)
class ScrapeJob:
    """How Prometheus scrapes the component's first port.

    ``service`` is the label by which routes and inhibitions tell services apart. ``interval_s`` is
    None where the interval of all jobs holds.
    """

    name: str
    service: str
    interval_s: int | None = None
    path: str = "/metrics"


@dataclass(frozen=True)
class Folder:
    """A folder that the component needs. An account that does not exist is nobody's."""

    path: str
    owner: str = ""
    group: str = ""
    mode: int = 0o700


@dataclass(frozen=True)
class Container:
    """What differs where the variant's image runs: the host is mounted, or asked otherwise.

    ``arguments`` follow those of the variant, ``replaced`` stand in their place, ``environment`` in
    that of the variant's. ``mounts`` are the host's, as Compose writes them, and ``groups`` those
    that may read them. ``host_processes`` is whether it sees the host's. ``${VARIABLES}`` are the
    operator's. ``profile`` is the one of Compose that the service is part of; without one it always
    runs. A variant that has a port ``beside`` the others of its component runs in addition to the
    chosen one, as a service of the port's name.
    """

    arguments: tuple[str, ...] = ()
    replaced: tuple[str, ...] = ()
    environment: Mapping[str, str] | None = None
    mounts: tuple[str, ...] = ()
    host_processes: bool = False
    groups: tuple[str, ...] = ()
    profile: str = ""
    beside: Port | None = None


@dataclass(frozen=True)
class Variant:
    """One way to run the component: a program with its arguments, or an image with the same ones.

    A plan takes the first variant whose program is installed and whose ``needs`` are kept.
    ``folders`` are made and ``secrets`` copied for this variant alone. ``image`` is the official
    one, for runtimes of containers; empty where there is none. ``before`` are the words of a
    command that does something first and then becomes the program, which follows them with its
    arguments. ``container`` is what differs in a container.
    """

    program: Program
    arguments: tuple[str, ...]
    probe: HttpProbe | CommandProbe | FileProbe | None = None
    environment: Mapping[str, str] = field(default_factory=dict)
    needs: tuple[str, ...] = ()
    folders: tuple[Folder, ...] = ()
    secrets: tuple[str, ...] = ()
    image: str = ""
    before: tuple[str, ...] = ()
    container: Container = Container()


def ours(command: str, *arguments: str, health: str = "/-/healthy") -> Variant:
    """Return the variant in which Python runs a command of `whiteroom` that serves HTTP."""
    words = ("-m", "whiteroom_monitoring", command, "--address", "{listen}", *arguments)
    return Variant(PYTHON, words, HttpProbe(health))


@dataclass(frozen=True)
class File:
    """A file that the component reads: ``text``, or the template at ``template``.

    ``values`` fill in the ``$names`` of the template. A ``once`` file is left alone if it exists,
    but for its ``owner``, an account as that of a folder. A log that has grown to ``max_bytes`` is
    set aside by the supervisor; its writers open it for each line, or again at the signal
    ``reopen``.
    """

    path: str
    text: str = ""
    template: str = ""
    values: Mapping[str, str] = field(default_factory=dict)
    mode: int = 0o644
    once: bool = False
    owner: str = ""
    max_bytes: int = 0
    reopen: str = ""


@dataclass(frozen=True)
class FileRequired:
    """The component is left out where ``path`` is missing, for this ``reason``."""

    path: str
    reason: str


@dataclass(frozen=True)
class VariableUnset:
    """The component is left out where the environment variable ``name`` is set."""

    name: str
    reason: str


@dataclass(frozen=True)
class StartedElsewhere:
    """The component is left out, because somebody else starts what it stands in for."""

    reason: str


@dataclass(frozen=True)
class CloneRequired:
    """The component is left out of stacks that run from an installed package."""

    reason: str = "the reference app comes with the repository only"


@dataclass(frozen=True)
class AccountRequired:
    """The component is left out of root's stack where the account ``name`` is missing."""

    name: str
    reason: str


@dataclass(frozen=True)
class MachineServiceAbsent:
    """The component, of which a machine has one, is left out of others than root's usual stack.

    So it is where systemd runs the machine, or a process of another stack's is called ``process``.
    """

    process: str
    reason: str


Condition = (
    FileRequired
    | VariableUnset
    | StartedElsewhere
    | CloneRequired
    | AccountRequired
    | MachineServiceAbsent
)


@dataclass(frozen=True)
class Component:
    """A part of the stack.

    Components of a lower ``stage`` start first. ``required`` ones fail a start when their program
    is missing; others are left out, and so is whoever ``needs`` them. A component that is
    ``only_with`` another is left out with it, although it starts before it.

    ``metrics`` are what it exposes, a line each as in catalogue/vocabulary: name, type, labels.
    They are for components of operators', whose rules name what that folder does not have.

    ``provides`` is the program of the project that it stands in for; from there come its scrape job
    and the rules about it. Where the project has that program at an address, it is left out.

    ``user`` is the account that a stack of root's runs it as; one whose name begins with
    "whiteroom-" is made by `up`, is a member of ``groups``, and has no right beyond. A
    ``confined`` component, which needs no more than its own files, is root with those
    ``capabilities`` alone that are named, where it can have no account. ``umask`` is of the files
    that it makes. A ``real_time`` one may ask for real-time scheduling. ``secrets`` are the
    credentials that are copied into its ``{secrets}``. ``rules`` are the files of alerting and
    recording rules about it, which leave with it. ``initializer`` names a function of
    `preparation.py` that makes what folders and files can't. ``process_of`` is the component whose
    process it provides where it is kept: that component then runs by this one's variant.
    ``former_names`` are accepted where users name a component. ``memory_mib`` is the most that a
    runtime of containers lets it have.
    """

    name: str
    stage: int
    variants: tuple[Variant, ...]
    ports: tuple[Port, ...] = ()
    scrape: ScrapeJob | None = None
    rules: tuple[str, ...] = ()
    metrics: tuple[str, ...] = ()
    packages: tuple[Package, ...] = ()
    provides: str = ""
    of_app: bool = False
    required: bool = False
    needs: tuple[str, ...] = ()
    only_with: str = ""
    conditions: tuple[Condition, ...] = ()
    user: str = ""
    groups: tuple[str, ...] = ()
    confined: bool = False
    capabilities: tuple[str, ...] = ()
    umask: int = 0o077
    real_time: bool = False
    secrets: tuple[str, ...] = ()
    folders: tuple[Folder, ...] = ()
    files: tuple[File, ...] = ()
    initializer: str = ""
    process_of: str = ""
    stop_signal: str = "TERM"
    former_names: tuple[str, ...] = ()
    memory_mib: int = 256

    @property
    def process(self) -> str:
        """The name of the process that it runs in."""
        return self.process_of or self.name
