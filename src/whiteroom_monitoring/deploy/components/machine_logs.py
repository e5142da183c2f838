"""The machine's own logs: rsyslog, which sends syslog to the shipper, and a journal.

Where systemd runs the machine, the journal is its own; where it does not, as in a container,
journald runs by hand for the stack of the usual ports. rsyslog takes what is sent to a socket of
the stack's, and to /dev/log where nobody else does.
"""

from __future__ import annotations

from whiteroom_monitoring.deploy.component import (
    Component,
    File,
    FileProbe,
    Folder,
    MachineServiceAbsent,
    Package,
    Program,
    Variant,
    debian,
)

SYSLOG_SOCKET = "{run}/rsyslog/log"
# It says whether /dev/log is this stack's, which is seen when it starts.
MACHINE_SYSLOG = "{run}/rsyslog/machine.conf"
_SYSLOG_CONFIGURATION = "{run}/rsyslog/rsyslog.conf"
JOURNAL_SOCKET = "/run/systemd/journal/socket"

# https://www.rsyslog.com/doc/ (8.2302). Times are those at which the kernel has taken a message, to
# the microsecond. While the shipper is away, messages wait in memory and on the disk.
_RSYSLOG = """\
# Written by `whiteroom up`.
global(workDirectory="{data}/rsyslog" maxMessageSize="64k" net.enableDNS="off")
module(load="imuxsock" SysSock.Use="off")
input(type="imuxsock" Socket="{run}/rsyslog/log" UseSysTimeStamp="on" RateLimit.Interval="0")
include(file="{run}/rsyslog/machine.conf" mode="optional")
template(name="rfc5424" type="string" string="<%PRI%>1 %TIMESTAMP:::date-rfc3339% %HOSTNAME% \
%APP-NAME% %PROCID% %MSGID% %STRUCTURED-DATA%%msg:::sp-if-no-1st-sp%%msg%")
action(name="shipper" type="omfwd" target="{listen}" port="{port[syslog]}" protocol="tcp"
    template="rfc5424" TCP_Framing="octet-counted" action.resumeRetryCount="-1"
    action.resumeInterval="2" action.resumeIntervalMax="10" queue.type="LinkedList"
    queue.size="10000" queue.filename="shipper" queue.maxDiskSpace="64m" queue.saveOnShutdown="on")
"""
# Where nothing else bounds it, a tenth of the file system.
_JOURNALD = """\
# Written by `whiteroom up`.
[Journal]
Storage=volatile
RuntimeMaxUse=64M
RateLimitIntervalSec=0
ForwardToSyslog=no
"""

COMPONENTS = (
    Component(
        "journald",
        stage=1,
        variants=(
            Variant(
                Program(
                    ("/lib/systemd/systemd-journald", "/usr/lib/systemd/systemd-journald"),
                    "install Debian's package systemd",
                ),
                (),
                FileProbe(JOURNAL_SOCKET),
            ),
        ),
        packages=(Package("systemd", "where no systemd runs, there is no journal"),),
        conditions=(
            MachineServiceAbsent(
                "systemd-journal", "the machine's own journal is read, or another stack's"
            ),
        ),
        # Whose an entry is, and the kernel's messages, it asks as root.
        confined=True,
        capabilities=(
            *("chown", "dac_override", "dac_read_search", "fowner", "kill"),
            *("setgid", "setuid", "sys_ptrace", "syslog"),
        ),
        folders=(
            Folder("/run/systemd", mode=0o755),
            Folder("/run/systemd/journald.conf.d", mode=0o755),
        ),
        files=(File("/run/systemd/journald.conf.d/whiteroom.conf", _JOURNALD),),
        initializer="journald",
        umask=0o022,
        memory_mib=128,
    ),
    Component(
        "rsyslog",
        stage=3,
        variants=(
            Variant(
                debian("rsyslog", "rsyslogd", version_option="-v"),
                ("-n", "-i", "NONE", "-f", _SYSLOG_CONFIGURATION),
                FileProbe(SYSLOG_SOCKET),
            ),
        ),
        packages=(Package("rsyslog", "syslog is not shipped"),),
        needs=("shipper",),
        confined=True,
        # Who writes to it is anybody.
        folders=(Folder("{run}/rsyslog", mode=0o755), Folder("{data}/rsyslog")),
        files=(File(_SYSLOG_CONFIGURATION, _RSYSLOG),),
        initializer="rsyslog",
        memory_mib=64,
    ),
)
