import { RoutekeyError } from './errors.ts'

/** What mends each error that stores, adapters and webhooks throw: apart from `remedies`, which every bundle carries. */
export const adapterRemedies = {
  ERR_STORE_ANSWER: 'Apply the migration that this version of Routekey ships with.',
  ERR_CONFIG_PATH: 'Write it as `/api/internal`, without a pattern; all that is below it is guarded too.',
  ERR_REQUEST_BODY: 'Put the guard before body parsers; in the Pages Router, set `bodyParser: false`.',
  ERR_REQUEST_UNGUARDED: 'Put the guard before the handler.',
  ERR_WEBHOOK_SECRET: 'Use the `whsec_…` that the sender shows, or `generateWebhookSecret()`.',
  ERR_WEBHOOK_ID: 'Use at most 256 visible ASCII characters, and no full stop.',
  ERR_WEBHOOK_REPLAYS: 'Raise `maxAttempts`, or keep the attempts in Redis or SQL.',
} as const satisfies Record<string, string>

/** The code of an error that stores, adapters and webhooks throw. */
export type AdapterErrorCode = keyof typeof adapterRemedies

/** Makes an error with its remedy. */
export function adapterError(code: AdapterErrorCode, detail: string): RoutekeyError {
  return new RoutekeyError(code, detail, { remedy: adapterRemedies[code] })
}
