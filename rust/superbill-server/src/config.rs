//! What can be set of a server, and where each value comes from: a flag, else the environment, else the file, else the default.

use std::{
    collections::BTreeMap,
    net::SocketAddr,
    path::{Path, PathBuf},
    str::FromStr,
    time::Duration,
};

/// Something that can be set.
#[derive(Clone, Copy, Debug)]
pub struct Setting {
    /// As in the file, with the table before the dot: `tls.cert`. The flag is `--tls-cert`, the variable `SUPERBILL_TLS_CERT`.
    pub name: &'static str,
    pub default: &'static str,
    pub about: &'static str,
}

const fn setting(name: &'static str, default: &'static str, about: &'static str) -> Setting {
    Setting { name, default, about }
}

/// The variable that sets it.
fn variable(name: &str) -> String {
    format!("SUPERBILL_{}", name.replace('.', "_").to_uppercase())
}

pub const SETTINGS: &[Setting] = &[
    setting("listen", "127.0.0.1:50051", "IP:PORT (port 0: a free one) or unix:PATH"),
    setting("kb", "", "knowledge base file (empty: the built-in one)"),
    setting("threads", "0", "threads that code and check (0: one a core)"),
    setting("allow_plain_text_on_network", "false", "speak without TLS on an address that is not loopback"),
    setting("allow_anyone", "false", "with TLS, answer callers that show neither a certificate nor a token"),
    setting("reflection", "true", "tell the schema to any caller that may call something (grpc.reflection)"),
    setting("tls.cert", "", "certificate chain, PEM"),
    setting("tls.key", "", "its private key, PEM"),
    setting("tls.client_ca", "", "authorities of client certificates, PEM: a client without one is refused"),
    setting("auth.keys", "", "public keys of bearer tokens, a JWK Set: a call without a token is refused"),
    setting("auth.issuer", "", "the issuer (iss) of tokens"),
    setting("auth.audience", "", "the audience (aud) of tokens"),
    setting("limits.message_bytes", "17825792", "largest message"),
    setting("limits.held_bytes", "268435456", "bytes of requests in work at once"),
    setting("limits.in_flight", "1024", "calls in work at once, a stream being one"),
    setting("limits.waiting", "128", "large messages that wait for a thread"),
    setting("limits.connections", "10000", "connections at once"),
    setting("limits.streams", "256", "calls at once on one connection"),
    setting("limits.handshake_seconds", "10", "a connection that has said nothing by then is closed"),
    setting("keepalive.interval_seconds", "60", "a silent connection is asked whether it is there"),
    setting("keepalive.timeout_seconds", "20", "and closed without an answer by then"),
    setting("drain_seconds", "30", "how long calls in work may take to end after SIGTERM"),
    setting("watch_seconds", "2", "how often files are looked at for a change (0: never)"),
    setting("metrics", "", "IP:PORT of /metrics for Prometheus (empty: none)"),
    setting("log.level", "info", "error, warn, info or debug"),
    setting("log.file", "", "where logs go (empty: standard error)"),
    setting("log.calls", "failed", "none, failed or all"),
    setting("log.key_file", "", "key that encounter ids are hashed with in logs (empty: another one at each start)"),
];

/// Where a value comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    Flag,
    Environment,
    File,
    Default,
}

impl Origin {
    pub fn name(self) -> &'static str {
        match self {
            Self::Flag => "flag",
            Self::Environment => "environment",
            Self::File => "file",
            Self::Default => "default",
        }
    }
}

/// What is wrong with a configuration.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    #[error("{0}: no such setting")]
    Unknown(String),
    #[error("{name}: expected {expected}")]
    Invalid { name: &'static str, expected: &'static str },
    #[error("{}: {problem}", path.display())]
    File { path: PathBuf, problem: String },
    #[error(
        "listen: {0} is not loopback; without TLS notes of patients cross the network in plain text: say tls.cert and tls.key, or allow_plain_text_on_network"
    )]
    PlainText(SocketAddr),
    #[error("listen: {0} answers anyone who reaches it: say tls.client_ca or auth.keys, or allow_anyone")]
    Anyone(SocketAddr),
}

/// Values by name, each with its origin.
#[derive(Debug)]
pub struct Resolved(BTreeMap<&'static str, (String, Origin)>);

impl Resolved {
    /// Puts flags over environment over file over defaults. The file is `config` among the flags, else `SUPERBILL_CONFIG`.
    ///
    /// # Errors
    /// [`ConfigError`] for a file that cannot be read and for a name that is no setting.
    pub fn new(flags: &[(String, String)], environment: impl Fn(&str) -> Option<String>) -> Result<Self, ConfigError> {
        let mut values: BTreeMap<_, _> = SETTINGS.iter().map(|s| (s.name, (s.default.to_owned(), Origin::Default))).collect();
        let mut put = |name: &str, value: String, origin| {
            let place = values.get_mut(name).ok_or_else(|| ConfigError::Unknown(name.to_owned()))?;
            *place = (value, origin);
            Ok(())
        };
        let flag = flags.iter().find(|f| f.0 == "config").map(|f| f.1.clone());
        if let Some(path) = flag.or_else(|| environment("SUPERBILL_CONFIG")).filter(|p| !p.is_empty()) {
            for (name, value) in read(Path::new(&path))? {
                put(&name, value, Origin::File)?;
            }
        }
        for setting in SETTINGS {
            if let Some(value) = environment(&variable(setting.name)) {
                put(setting.name, value, Origin::Environment)?;
            }
        }
        for (name, value) in flags.iter().filter(|f| f.0 != "config") {
            put(name, value.clone(), Origin::Flag)?;
        }
        Ok(Self(values))
    }

    /// Name, value and origin, in the order in which settings are listed.
    pub fn told(&self) -> Vec<(&'static str, &str, Origin)> {
        SETTINGS.iter().filter_map(|s| self.0.get(s.name).map(|(value, origin)| (s.name, value.as_str(), *origin))).collect()
    }

    fn text(&self, name: &'static str) -> &str {
        self.0.get(name).map_or("", |v| v.0.as_str())
    }

    fn parsed<T: FromStr>(&self, name: &'static str, expected: &'static str) -> Result<T, ConfigError> {
        self.text(name).parse().map_err(|_| ConfigError::Invalid { name, expected })
    }

    fn number(&self, name: &'static str, least: usize) -> Result<usize, ConfigError> {
        let expected = if least == 0 { "a number" } else { "a number of at least 1" };
        let number: usize = self.parsed(name, expected)?;
        if number < least { Err(ConfigError::Invalid { name, expected }) } else { Ok(number) }
    }

    fn seconds(&self, name: &'static str) -> Result<Duration, ConfigError> {
        let expected = "seconds, such as 30 or 0.5";
        let seconds: f64 = self.parsed(name, expected)?;
        Duration::try_from_secs_f64(seconds).map_err(|_| ConfigError::Invalid { name, expected })
    }

    fn path(&self, name: &'static str) -> Option<PathBuf> {
        Some(self.text(name)).filter(|t| !t.is_empty()).map(PathBuf::from)
    }

    fn one_of<T: Copy>(&self, name: &'static str, expected: &'static str, all: &[(&str, T)]) -> Result<T, ConfigError> {
        all.iter().find(|a| a.0 == self.text(name)).map(|a| a.1).ok_or(ConfigError::Invalid { name, expected })
    }

    fn yes(&self, name: &'static str) -> Result<bool, ConfigError> {
        self.parsed(name, "true or false")
    }
}

/// Settings of a file; tables before the dot.
fn read(path: &Path) -> Result<Vec<(String, String)>, ConfigError> {
    let wrong = |problem: String| ConfigError::File { path: path.to_owned(), problem };
    let text = std::fs::read_to_string(path).map_err(|e| wrong(e.to_string()))?;
    let table: toml::Table = text.parse().map_err(|e: toml::de::Error| wrong(e.message().to_owned()))?;
    let mut settings = Vec::new();
    let mut scalar = |name: String, value: &toml::Value| {
        let value = match value {
            toml::Value::String(text) => text.clone(),
            toml::Value::Integer(number) => number.to_string(),
            toml::Value::Float(number) => number.to_string(),
            toml::Value::Boolean(yes) => yes.to_string(),
            _ => return Err(wrong(format!("{name}: expected text, a number, true or false"))),
        };
        settings.push((name, value));
        Ok(())
    };
    for (name, value) in &table {
        match value {
            toml::Value::Table(inner) => inner.iter().try_for_each(|(key, value)| scalar(format!("{name}.{key}"), value))?,
            value => scalar(name.clone(), value)?,
        }
    }
    Ok(settings)
}

/// Where a server listens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Listen {
    Tcp(SocketAddr),
    Unix(PathBuf),
}

/// Files of TLS.
#[derive(Clone, Debug)]
pub struct Tls {
    pub cert: PathBuf,
    pub key: PathBuf,
    pub client_ca: Option<PathBuf>,
}

/// What tokens must say.
#[derive(Clone, Debug)]
pub struct Auth {
    pub keys: PathBuf,
    pub issuer: String,
    pub audience: String,
}

#[derive(Clone, Debug)]
pub struct Limits {
    pub message_bytes: usize,
    pub held_bytes: usize,
    pub in_flight: usize,
    pub waiting: usize,
    pub connections: usize,
    pub streams: u32,
    pub handshake: Duration,
}

/// Which calls are logged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Logged {
    None,
    Failed,
    All,
}

#[derive(Clone, Debug)]
pub struct Log {
    pub level: tracing::Level,
    pub file: Option<PathBuf>,
    pub calls: Logged,
    pub key_file: Option<PathBuf>,
}

/// A configuration that can be served.
#[derive(Clone, Debug)]
pub struct Config {
    pub listen: Listen,
    pub kb: Option<PathBuf>,
    pub threads: usize,
    pub reflection: bool,
    pub tls: Option<Tls>,
    pub auth: Option<Auth>,
    pub limits: Limits,
    pub keepalive: (Duration, Duration),
    pub drain: Duration,
    pub watch: Option<Duration>,
    pub metrics: Option<SocketAddr>,
    pub log: Log,
}

impl TryFrom<&Resolved> for Config {
    type Error = ConfigError;

    fn try_from(values: &Resolved) -> Result<Self, ConfigError> {
        const ADDRESS: &str = "IP:PORT, such as 127.0.0.1:50051, or unix:PATH";
        let threads = match values.number("threads", 0)? {
            0 => std::thread::available_parallelism().map_or(1, usize::from),
            some => some,
        };
        let listen = match values.text("listen").strip_prefix("unix:") {
            Some("") => return Err(ConfigError::Invalid { name: "listen", expected: ADDRESS }),
            Some(path) => Listen::Unix(path.into()),
            None => Listen::Tcp(values.parsed("listen", ADDRESS)?),
        };
        let tls = match (values.path("tls.cert"), values.path("tls.key"), values.path("tls.client_ca")) {
            (Some(cert), Some(key), client_ca) => Some(Tls { cert, key, client_ca }),
            (None, None, None) => None,
            (None, ..) => return Err(ConfigError::Invalid { name: "tls.cert", expected: "a file, since other files of TLS are said" }),
            (_, None, _) => return Err(ConfigError::Invalid { name: "tls.key", expected: "a file, since other files of TLS are said" }),
        };
        let auth = values.path("auth.keys").map(|keys| Auth {
            keys,
            issuer: values.text("auth.issuer").to_owned(),
            audience: values.text("auth.audience").to_owned(),
        });
        for (name, said) in [("auth.issuer", auth.as_ref().map(|a| &a.issuer)), ("auth.audience", auth.as_ref().map(|a| &a.audience))] {
            if said.is_some_and(String::is_empty) {
                return Err(ConfigError::Invalid { name, expected: "what tokens must say, since auth.keys is said" });
            }
        }
        if let Listen::Tcp(address) = listen
            && !address.ip().is_loopback()
        {
            if tls.is_none() && !values.yes("allow_plain_text_on_network")? {
                return Err(ConfigError::PlainText(address));
            }
            let shown = auth.is_some() || tls.as_ref().is_some_and(|t| t.client_ca.is_some());
            if !shown && !values.yes("allow_anyone")? {
                return Err(ConfigError::Anyone(address));
            }
        }
        let metrics = values.path("metrics").map(|_| values.parsed("metrics", "IP:PORT, such as 127.0.0.1:9464")).transpose()?;
        let levels = [
            ("error", tracing::Level::ERROR),
            ("warn", tracing::Level::WARN),
            ("info", tracing::Level::INFO),
            ("debug", tracing::Level::DEBUG),
        ];
        let watch = values.seconds("watch_seconds")?;
        Ok(Self {
            listen,
            kb: values.path("kb"),
            threads,
            reflection: values.yes("reflection")?,
            tls,
            auth,
            limits: Limits {
                message_bytes: values.number("limits.message_bytes", 1)?,
                held_bytes: values.number("limits.held_bytes", 1)?,
                in_flight: values.number("limits.in_flight", 1)?,
                waiting: values.number("limits.waiting", 0)?,
                connections: values.number("limits.connections", 1)?,
                streams: values.parsed("limits.streams", "a number of at least 1")?,
                handshake: values.seconds("limits.handshake_seconds")?,
            },
            keepalive: (values.seconds("keepalive.interval_seconds")?, values.seconds("keepalive.timeout_seconds")?),
            drain: values.seconds("drain_seconds")?,
            watch: (!watch.is_zero()).then_some(watch),
            metrics,
            log: Log {
                level: values.one_of("log.level", "error, warn, info or debug", &levels)?,
                file: values.path("log.file"),
                calls: values.one_of(
                    "log.calls",
                    "none, failed or all",
                    &[("none", Logged::None), ("failed", Logged::Failed), ("all", Logged::All)],
                )?,
                key_file: values.path("log.key_file"),
            },
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn resolve(flags: &[(&str, &str)], environment: &[(&str, &str)]) -> Result<Resolved, ConfigError> {
        let flags: Vec<_> = flags.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned())).collect();
        Resolved::new(&flags, |name| environment.iter().find(|e| e.0 == name).map(|e| e.1.to_owned()))
    }

    fn config(flags: &[(&str, &str)]) -> Result<Config, ConfigError> {
        Config::try_from(&resolve(flags, &[])?)
    }

    #[test]
    fn flags_over_environment_over_file_over_defaults() {
        let folder = std::env::temp_dir().join(format!("superbill-config-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let file = folder.join("server.toml");
        std::fs::write(&file, "threads = 3\nwatch_seconds = 0.5\n[limits]\nin_flight = 5\nwaiting = 7\n").unwrap();
        let path = file.to_str().unwrap();
        let resolved =
            resolve(&[("config", path), ("threads", "1")], &[("SUPERBILL_LIMITS_WAITING", "9"), ("SUPERBILL_THREADS", "2")]).unwrap();
        let told = resolved.told();
        let of = |name: &str| told.iter().find(|t| t.0 == name).map(|t| (t.1, t.2)).unwrap();
        assert_eq!(of("threads"), ("1", Origin::Flag));
        assert_eq!(of("limits.waiting"), ("9", Origin::Environment));
        assert_eq!(of("limits.in_flight"), ("5", Origin::File));
        assert_eq!(of("listen"), ("127.0.0.1:50051", Origin::Default));
        std::fs::write(&file, "treads = 3\n").unwrap();
        assert!(matches!(resolve(&[("config", path)], &[]), Err(ConfigError::Unknown(name)) if name == "treads"));
        std::fs::remove_dir_all(&folder).unwrap();
    }

    #[test]
    fn only_loopback_is_served_in_plain_text_unless_said() {
        assert!(config(&[]).is_ok());
        assert!(config(&[("listen", "unix:/tmp/x")]).is_ok());
        assert!(matches!(config(&[("listen", "0.0.0.0:1")]), Err(ConfigError::PlainText(_))));
        assert!(matches!(config(&[("listen", "0.0.0.0:1"), ("tls.cert", "c"), ("tls.key", "k")]), Err(ConfigError::Anyone(_))));
        let open = [("listen", "0.0.0.0:1"), ("allow_plain_text_on_network", "true")];
        assert!(matches!(config(&open), Err(ConfigError::Anyone(_))));
        assert!(config(&[("listen", "0.0.0.0:1"), ("tls.cert", "c"), ("tls.key", "k"), ("tls.client_ca", "a")]).is_ok());
        assert!(config(&[("listen", "[::1]:1")]).is_ok());
    }

    #[test]
    fn every_default_is_usable_and_every_wrong_value_is_named() {
        for (name, value) in [
            ("listen", "localhost"),
            ("threads", "-1"),
            ("limits.in_flight", "0"),
            ("reflection", "maybe"),
            ("log.level", "loud"),
            ("drain_seconds", "-1"),
            ("auth.keys", "k"),
            ("tls.cert", "c"),
        ] {
            let problem = config(&[(name, value)]).unwrap_err().to_string();
            assert!(problem.split_once(':').is_some_and(|(field, _)| field.split('.').next() == name.split('.').next()), "{problem}");
        }
    }
}
