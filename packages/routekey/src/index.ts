export { anyOf } from './any-of.ts'
export { type Authentication, type AuthenticateOptions, type DeniedEvent, authenticate } from './authenticate.ts'
export type { RandomBytes } from './base62.ts'
export type { DenialCode } from './codes.ts'
export type { Denial, RateLimit } from './denial.ts'
export { denialResponse } from './denial-response.ts'
export { type EnvSecretOptions, type SecretCaller, envSecret } from './env-secret.ts'
export { type ErrorCode, RoutekeyError } from './errors.ts'
export type { Credential } from './extract-credential.ts'
export { type GenerateKeyOptions, generateKey } from './generate-key.ts'
export { type HashKeyOptions, hashKey } from './hash-key.ts'
export {
  type KeyCaller,
  type Keyring,
  type KeyringOptions,
  type KeyVerifierOptions,
  createKeyring,
} from './keyring/create-keyring.ts'
export type { InvalidAttemptsOptions } from './keyring/invalid-attempts.ts'
export type { CacheOptions } from './keyring/key-cache.ts'
export {
  type AuditAction,
  type AuditEntry,
  type JsonValue,
  type KeyLimit,
  type KeyRecord,
  type KeyStatus,
  type UsageBucket,
  keyStatus,
} from './keyring/key-record.ts'
export type {
  FoundKey,
  KeyChange,
  KeyProperties,
  KeyRotation,
  KeyStore,
  KeyTarget,
  NewKey,
  UsageEntry,
} from './keyring/key-store.ts'
export type { KeyValues } from './keyring/key-values.ts'
export type { Limiter, LimiterResult, OnLimiterError } from './keyring/limiter.ts'
export type { CreatedKey, CreateKeyOptions, Grant, KeyActor, KeyManagement, KeyOwner } from './keyring/manage-keys.ts'
export { type GrantedScope, type RequiredScopes, coversScope } from './keyring/scopes.ts'
export type { UsageOptions } from './keyring/usage-buffer.ts'
export type { Verification, VerifyOptions } from './keyring/verify-key.ts'
export { type ParsedKey, parseKey } from './parse-key.ts'
export type { Logger } from './tell-once.ts'
export type { Attempt, Decision, ResponseHeaders, Verifier } from './verifier.ts'
