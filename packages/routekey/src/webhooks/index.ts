export { type EnvWebhookOptions, type WebhookCaller, envWebhook } from './env-webhook.ts'
export { type MemoryReplayStoreOptions, type ReplayStore, createMemoryReplayStore } from './replay-store.ts'
export { type SignWebhookOptions, type WebhookHeaders, signWebhook } from './sign-webhook.ts'
export { type WebhookSecretOptions, generateWebhookSecret } from './webhook-secret.ts'
export {
  type VerifyWebhookOptions,
  type WebhookRefusal,
  type WebhookTime,
  type WebhookVerification,
  verifyWebhook,
} from './verify-webhook.ts'
