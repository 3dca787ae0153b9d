//! Who calls, and what each role may call.

use crate::config::Auth;
use arc_swap::ArcSwap;
use http::{HeaderMap, header::AUTHORIZATION};
use jsonwebtoken::{
    Algorithm, DecodingKey, Validation, decode, decode_header,
    jwk::{AlgorithmParameters, EllipticCurve, JwkSet, KeyAlgorithm},
};
use serde::Deserialize;
use std::{
    collections::HashMap,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, SystemTime, UNIX_EPOCH},
};
use tonic::Status;

/// Clocks of issuers may differ by this much (domain: at most 60 s).
const SKEW: u64 = 60;
/// Tokens whose signatures were checked and that are remembered.
const REMEMBERED: usize = 4096;
const LONGEST_TOKEN: usize = 8192;

/// Roles of tokens, as bits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Roles(u8);

impl Roles {
    const CODER: Self = Self(1);
    const AUDITOR: Self = Self(2);
    const PHYSICIAN: Self = Self(4);
    const ADMIN: Self = Self(8);
    const SERVICE: Self = Self(16);
    const ANY: Self = Self(31);
    const NAMES: [(&'static str, Self); 5] = [
        ("coder", Self::CODER),
        ("auditor", Self::AUDITOR),
        ("physician", Self::PHYSICIAN),
        ("admin", Self::ADMIN),
        ("service", Self::SERVICE),
    ];

    const fn or(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Roles that this server does not know count for nothing.
    fn named(names: &[String]) -> Self {
        Self::NAMES.iter().filter(|(name, _)| names.iter().any(|n| n == name)).fold(Self(0), |all, (_, role)| all.or(*role))
    }

    fn meets(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }
}

/// Who may call what: `None` is everyone, without a token. Administrators run the server and see no patient's data.
const READERS: Roles = Roles::CODER.or(Roles::AUDITOR).or(Roles::PHYSICIAN).or(Roles::SERVICE);
const CHECKERS: Roles = Roles::CODER.or(Roles::AUDITOR).or(Roles::SERVICE);
const OPERATORS: Roles = Roles::ADMIN.or(Roles::AUDITOR).or(Roles::SERVICE);

/// Every method with the roles that may call it. What is not here may be called by nobody.
pub(crate) const POLICY: &[(&str, Option<Roles>)] = &[
    ("/superbill.v1.Coding/Code", Some(READERS)),
    ("/superbill.v1.Coding/CodeStream", Some(READERS)),
    ("/superbill.v1.Coding/Edit", Some(CHECKERS)),
    ("/superbill.v1.Coding/EditStream", Some(CHECKERS)),
    ("/superbill.v1.Terminology/Lookup", Some(Roles::ANY)),
    ("/superbill.v1.Terminology/Search", Some(Roles::ANY)),
    ("/superbill.v1.Terminology/Match", Some(READERS)),
    ("/superbill.v1.Terminology/Translate", Some(READERS)),
    ("/superbill.v1.Terminology/Validate", Some(Roles::ANY)),
    ("/superbill.v1.Terminology/Children", Some(Roles::ANY)),
    ("/superbill.v1.Terminology/Releases", Some(Roles::ANY)),
    ("/superbill.v1.Terminology/Rules", Some(Roles::ANY)),
    ("/superbill.v1.Admin/Reload", Some(Roles::ADMIN)),
    ("/superbill.v1.Admin/Status", Some(OPERATORS)),
    ("/grpc.health.v1.Health/Check", None),
    ("/grpc.health.v1.Health/Watch", None),
    ("/grpc.health.v1.Health/List", None),
    ("/grpc.reflection.v1.ServerReflection/ServerReflectionInfo", Some(Roles::ANY)),
    ("/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo", Some(Roles::ANY)),
];

/// The end of a caller's token; streams end with it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Until(pub SystemTime);

impl Until {
    pub(crate) fn has_passed(self) -> bool {
        SystemTime::now() >= self.0
    }
}

/// What a caller hears of a token that is not accepted, whatever the reason.
pub(crate) fn unauthenticated() -> Status {
    Status::unauthenticated("a valid bearer token is required")
}

/// Why keys cannot be used.
#[derive(Debug, thiserror::Error)]
#[error("{}: {problem}", path.display())]
pub struct KeysError {
    path: PathBuf,
    problem: String,
}

struct Key {
    id: Option<String>,
    algorithm: Algorithm,
    verifies: DecodingKey,
}

#[derive(Deserialize)]
struct Claims {
    exp: u64,
    // A `nbf` of another type must not pass for none.
    #[serde(default)]
    nbf: Option<u64>,
    #[serde(default)]
    roles: Vec<String>,
}

#[derive(Clone, Copy)]
struct Known {
    roles: Roles,
    until: SystemTime,
}

/// Checks bearer tokens against static keys.
pub(crate) struct Authority {
    auth: Auth,
    keys: ArcSwap<Vec<Key>>,
    /// By SHA-256 of the token: checking a signature takes longer than coding a note.
    known: Mutex<HashMap<[u8; 32], Known>>,
}

/// Public keys of a JWK Set. The algorithm is that of the key and never what a token says; symmetric keys are refused.
fn read(path: &Path) -> Result<Vec<Key>, KeysError> {
    let wrong = |problem: &str| KeysError { path: path.to_owned(), problem: problem.to_owned() };
    let text = std::fs::read(path).map_err(|e| wrong(&e.to_string()))?;
    let set: JwkSet = serde_json::from_slice(&text).map_err(|_| wrong("not a JWK Set"))?;
    let mut keys = Vec::with_capacity(set.keys.len());
    for jwk in &set.keys {
        let algorithm = match (&jwk.algorithm, jwk.common.key_algorithm) {
            (AlgorithmParameters::RSA(_), None | Some(KeyAlgorithm::RS256)) => Algorithm::RS256,
            (AlgorithmParameters::RSA(_), Some(KeyAlgorithm::PS256)) => Algorithm::PS256,
            (AlgorithmParameters::EllipticCurve(key), _) if key.curve == EllipticCurve::P256 => Algorithm::ES256,
            (AlgorithmParameters::OctetKeyPair(key), _) if key.curve == EllipticCurve::Ed25519 => Algorithm::EdDSA,
            _ => return Err(wrong("a key is not RSA (RS256, PS256), P-256 (ES256) or Ed25519 (EdDSA)")),
        };
        let verifies = DecodingKey::from_jwk(jwk).map_err(|_| wrong("a key is malformed"))?;
        keys.push(Key { id: jwk.common.key_id.clone(), algorithm, verifies });
    }
    if keys.is_empty() { Err(wrong("no keys")) } else { Ok(keys) }
}

impl Authority {
    pub(crate) fn new(auth: Auth) -> Result<Self, KeysError> {
        let keys = ArcSwap::from_pointee(read(&auth.keys)?);
        Ok(Self { auth, keys, known: Mutex::default() })
    }

    /// Reads the keys again; tokens of keys that are gone are no longer accepted.
    pub(crate) fn reload(&self) -> Result<(), KeysError> {
        self.keys.store(Arc::new(read(&self.auth.keys)?));
        self.known.lock().unwrap_or_else(PoisonError::into_inner).clear();
        Ok(())
    }

    /// The roles of a caller and the end of the token.
    fn caller(&self, headers: &HeaderMap) -> Result<Known, Status> {
        let mut said = headers.get_all(AUTHORIZATION).iter();
        let (Some(value), None) = (said.next(), said.next()) else { return Err(unauthenticated()) };
        let token = value.to_str().ok().and_then(|v| v.split_once(' ')).filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"));
        let Some((_, token)) = token.filter(|(_, token)| token.len() <= LONGEST_TOKEN) else { return Err(unauthenticated()) };
        let digest = ring::digest::digest(&ring::digest::SHA256, token.as_bytes());
        let Ok(digest) = <[u8; 32]>::try_from(digest.as_ref()) else { return Err(unauthenticated()) };
        let known = self.known.lock().unwrap_or_else(PoisonError::into_inner).get(&digest).copied();
        let known = match known {
            Some(known) => known,
            None => self.check(token, digest)?,
        };
        if SystemTime::now() >= known.until { Err(unauthenticated()) } else { Ok(known) }
    }

    fn check(&self, token: &str, digest: [u8; 32]) -> Result<Known, Status> {
        let header = decode_header(token).map_err(|_| unauthenticated())?;
        let keys = self.keys.load_full();
        let fits = |key: &&Key| key.algorithm == header.alg && (header.kid.is_none() || key.id == header.kid);
        for key in keys.iter().filter(fits) {
            let mut validation = Validation::new(key.algorithm);
            validation.leeway = SKEW;
            validation.validate_nbf = true;
            validation.set_issuer(&[&self.auth.issuer]);
            validation.set_audience(&[&self.auth.audience]);
            validation.set_required_spec_claims(&["exp", "iss", "aud"]);
            let Ok(token) = decode::<Claims>(token, &key.verifies, &validation) else { continue };
            let roles = Roles::named(&token.claims.roles);
            let Some(until) = UNIX_EPOCH.checked_add(Duration::from_secs(token.claims.exp.saturating_add(SKEW))) else { continue };
            let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |d| d.as_secs());
            let known = Known { roles, until };
            // What is not valid yet must be looked at again.
            if token.claims.nbf.is_none_or(|nbf| nbf <= now) {
                let mut all = self.known.lock().unwrap_or_else(PoisonError::into_inner);
                if all.len() >= REMEMBERED {
                    all.clear();
                }
                // Keys that were replaced meanwhile must not leave a token behind.
                if Arc::ptr_eq(&keys, &self.keys.load()) {
                    all.insert(digest, known);
                }
            }
            return Ok(known);
        }
        Err(unauthenticated())
    }
}

/// What the policy says of a path: its place in [`POLICY`], for whom no method is there none.
pub(crate) fn method(path: &str) -> Option<usize> {
    POLICY.iter().position(|p| p.0 == path)
}

/// Whether a caller may call a method; with the end of the token where there is one.
pub(crate) fn admit(authority: Option<&Authority>, method: usize, headers: &HeaderMap) -> Result<Option<Until>, Status> {
    let (Some(authority), Some(may)) = (authority, POLICY[method].1) else { return Ok(None) };
    let caller = authority.caller(headers)?;
    if caller.roles.meets(may) {
        Ok(Some(Until(caller.until)))
    } else {
        Err(Status::permission_denied("none of the token's roles may call this"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn every_method_of_the_schema_has_a_policy_and_no_other() {
        let pool = <prost_types::FileDescriptorSet as prost::Message>::decode(superbill_proto::DESCRIPTORS).unwrap();
        let mut methods = HashSet::new();
        for file in &pool.file {
            for service in &file.service {
                methods.extend(service.method.iter().map(|m| format!("/{}.{}/{}", file.package(), service.name(), m.name())));
            }
        }
        let said: HashSet<String> = POLICY.iter().map(|p| p.0.to_owned()).filter(|p| p.starts_with("/superbill.")).collect();
        assert_eq!(methods, said);
        assert!(POLICY.iter().filter(|p| p.0.starts_with("/superbill.")).all(|p| p.1.is_some()));
    }

    #[test]
    fn administrators_see_no_patient_and_only_they_reload() {
        let may = |path: &str, role: Roles| POLICY.iter().find(|p| p.0 == path).unwrap().1.unwrap().meets(role);
        for path in ["/superbill.v1.Coding/Code", "/superbill.v1.Coding/EditStream", "/superbill.v1.Terminology/Match"] {
            assert!(!may(path, Roles::ADMIN) && may(path, Roles::CODER) && may(path, Roles::SERVICE), "{path}");
        }
        for (_, role) in Roles::NAMES {
            assert_eq!(may("/superbill.v1.Admin/Reload", role), role == Roles::ADMIN);
        }
        assert_eq!(Roles::named(&["root".into(), "coder".into()]), Roles::CODER);
        assert!(!Roles::named(&["root".into()]).meets(Roles::ANY));
    }
}
