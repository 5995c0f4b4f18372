export { anyOf } from './verifiers/any-of.ts'
export { type Authentication, type AuthenticateOptions, type DeniedEvent, authenticate } from './guard/authenticate.ts'
export type { GuardOptions } from './guard/refuse.ts'
export type { KeySources } from './guard/key-source.ts'
export type { RandomBytes } from './key/base62.ts'
export type { DenialCode } from './guard/denials.ts'
export type { Denial, RateLimit } from './guard/denial.ts'
export { denialResponse } from './guard/denial-response.ts'
export { type EnvSecretOptions, type SecretCaller, envSecret } from './verifiers/env-secret.ts'
export { type ErrorCode, RoutekeyError } from './errors.ts'
export type { Credential } from './guard/extract-credential.ts'
export { type GenerateKeyOptions, generateKey } from './key/generate-key.ts'
export { type HashKeyOptions, hashKey } from './key/hash-key.ts'
export { createKeyring } from './keyring/create-keyring.ts'
export type { Keyring, KeyringOptions } from './keyring/keyring.ts'
export type { InvalidAttempts, Throttle } from './keyring/verify/invalid-attempts.ts'
export type { CacheOptions } from './keyring/verify/key-cache.ts'
export {
  type AuditAction,
  type AuditEntry,
  type JsonValue,
  type KeyLimit,
  type KeyRecord,
  type KeyStatus,
  type UsageBucket,
  keyStatus,
} from './keyring/model/key-record.ts'
export type {
  AuditQuery,
  ChangeRequest,
  FoundKey,
  KeyChange,
  KeyQuery,
  KeyRotation,
  KeyStore,
  KeyUpdate,
  NewKey,
  UsageBatch,
  UsageEntry,
  UsageQuery,
  UsageTarget,
} from './keyring/model/key-store.ts'
export type { KeyInput } from './keyring/manage/key-input.ts'
export type { KeyUse, LimitCounter, Limiter, LimiterResult, OnLimiterError } from './keyring/verify/limiter.ts'
export type {
  Actor,
  CreatedKey,
  CreateKeyOptions,
  GrantLimit,
  KeyManagement,
  OwnerFilter,
  TooManyKeys,
} from './keyring/manage/key-management.ts'
export { type GrantedScope, type RequiredScopes, coversScope } from './keyring/model/scopes.ts'
export type { KeyCaller, KeyVerifierOptions } from './keyring/verify/key-verifier.ts'
export type { UsageOptions } from './keyring/verify/usage-buffer.ts'
export type { Verification, VerifyOptions } from './keyring/verify/verify-key.ts'
export { type ParsedKey, parseKey } from './key/parse-key.ts'
export type { Logger } from './guard/logger.ts'
export type { Attempt, Decision, ResponseHeaders, Verifier } from './guard/verifier.ts'
