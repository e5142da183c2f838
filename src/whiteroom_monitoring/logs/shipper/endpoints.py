"""Promtail's configuration of servers, its own and those that it sends lines to, as types.

Source: https://grafana.com/docs/loki/latest/send-data/promtail/configuration/ (3.x)
"""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta, Struct

Labels = dict[str, str]


class Part(Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """A mapping of the configuration."""


class HttpServer(Part, frozen=True):
    """What Promtail's server may be told. Of it, only where it listens has an effect here."""

    http_listen_address: str = ""
    http_listen_conn_limit: int = 0
    http_listen_network: str = ""
    http_path_prefix: str = ""
    http_server_read_timeout: str = ""
    http_server_write_timeout: str = ""
    http_server_idle_timeout: str = ""
    grpc_listen_address: str = ""
    grpc_listen_port: int = 0
    grpc_listen_conn_limit: int = 0
    grpc_listen_network: str = ""
    grpc_server_max_recv_msg_size: int = 0
    grpc_server_max_send_msg_size: int = 0
    grpc_server_max_concurrent_streams: int = 0
    grpc_server_max_connection_idle: str = ""
    grpc_server_max_connection_age: str = ""
    grpc_server_max_connection_age_grace: str = ""
    grpc_server_keepalive_time: str = ""
    grpc_server_keepalive_timeout: str = ""
    grpc_server_min_time_between_pings: str = ""
    grpc_server_ping_without_stream_allowed: bool = False
    graceful_shutdown_timeout: str = ""
    register_instrumentation: bool = True
    log_format: str = ""
    log_level: str = "info"
    log_source_ips_enabled: bool = False


class Server(HttpServer, frozen=True):
    """Only the port of the shipper's own metrics; the rest is said on the command line."""

    http_listen_port: int = 9080
    disable: bool = False
    profiling_enabled: bool = False
    health_check_target: bool = True
    enable_runtime_reload: bool = False
    external_url: str = ""


class Backoff(Part, frozen=True):
    """How long is waited after a refusal that may pass. Nothing is given up after any number."""

    min_period: str = "500ms"
    max_period: str = "10s"
    max_retries: int = 0


class BasicAuth(Part, frozen=True):
    """A user, and the password or the file that holds it."""

    username: str = ""
    password: str = ""
    password_file: str = ""


class Tls(Part, frozen=True):
    """How a server proves who it is, and the client to it."""

    ca_file: str = ""
    cert_file: str = ""
    key_file: str = ""
    insecure_skip_verify: bool = False


class Client(Part, frozen=True):
    """Where lines go. ``batchsize`` is in bytes of lines."""

    url: str
    name: str = ""
    batchwait: str = "1s"
    batchsize: Annotated[int, Meta(ge=1024)] = 1024 * 1024
    tenant_id: str = ""
    external_labels: Labels = {}
    timeout: str = "10s"
    backoff_config: Backoff = Backoff()
    basic_auth: BasicAuth | None = None
    bearer_token: str = ""
    bearer_token_file: str = ""
    tls_config: Tls | None = None
    headers: Labels = {}
