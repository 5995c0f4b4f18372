import type { Level } from '../findings.ts'

/** A rule: what is wrong, and how to fix it. */
export interface Rule {
  readonly level: Level
  /** `%` is a placeholder for the subject, such as the name of a variable. */
  readonly message: string
  readonly fix: string
}

/** The rules by their ids. */
export const rules = {
  'open-acts': {
    level: 'error',
    message: 'Nothing refuses strangers before it calls %.',
    fix: 'Check who calls before anything happens: wrap the handler in withKey of routekey/next, or return 401 without a session.',
  },
  'open-reads': {
    level: 'warning',
    message: 'Everyone can call it, and it calls %.',
    fix: 'If what it returns is not public, check who calls. If it is, say so: // routekey-audit: public, because …',
  },
  'open-cron': {
    level: 'error',
    message: 'It runs on a schedule, but everyone can call it, and it calls %.',
    fix: 'Set CRON_SECRET, refuse to run without it, and compare it with the Authorization header.',
  },
  'unsigned-webhook': {
    level: 'error',
    message: 'It takes events of a service without checking the signature, and calls %.',
    fix: 'Verify the signature of the raw body with the SDK of the service before you use the event.',
  },
  'unset-comparison': {
    level: 'error',
    message: 'If % is not set, a request that leaves the secret out passes this comparison.',
    fix: 'Refuse when the variable is not set: if (!secret) return new Response(null, { status: 503 })',
  },
  'unset-in-text': {
    level: 'error',
    message: 'If % is not set, the expected text contains "undefined", and a request with that text passes.',
    fix: 'Refuse when the variable is not set, before you build the text: if (!secret) return new Response(null, { status: 503 })',
  },
  'checked-only-when-set': {
    level: 'error',
    message: 'The check is skipped if % is not set.',
    fix: 'Refuse when the variable is not set: if (!secret) return new Response(null, { status: 503 })',
  },
  'skipped-by-environment': {
    level: 'error',
    message: 'The check is skipped in some environments. A deployment with the wrong variable is open.',
    fix: 'Check in every environment, and give the development environment its own secret.',
  },
  'unset-hmac-key': {
    level: 'error',
    message: 'If % is not set, the key of the signature is a text that everyone knows.',
    fix: 'Refuse when the variable is not set, before you use it as a key.',
  },
  'host-guard': {
    level: 'error',
    message: 'It trusts Host, Origin, Referer or another header that every client can set.',
    fix: 'Check a secret or a session. These headers protect browsers of users, not the route.',
  },
  'default-secret': {
    level: 'error',
    message: '% has a default that is written in the source.',
    fix: 'Remove the default, and refuse when the variable is not set.',
  },
  'public-secret': {
    level: 'error',
    message: '% is a secret, but its prefix makes Next.js send it to every browser.',
    fix: 'Rename it without the public prefix, and replace the secret: it has been published.',
  },
  'secret-in-query': {
    level: 'warning',
    message: '% is expected in the address, which servers, proxies and browsers keep in their logs.',
    fix: 'Take it from the Authorization header.',
  },
  timing: {
    level: 'warning',
    message: '% is compared in a time that depends on how much of it is right.',
    fix: 'Compare hashes of equal length with timingSafeEqual of node:crypto, or use envSecret of routekey.',
  },
  'session-not-verified': {
    level: 'warning',
    message: '% reads a cookie without verifying it. Everyone can write such a cookie.',
    fix: 'Use a call that verifies, such as getUser() or getClaims() of Supabase.',
  },
  'parsed-body': {
    level: 'warning',
    message:
      'The signature is checked over a body that was parsed and written again, which is not what the sender signed.',
    fix: 'Read the raw body with await request.text(), verify it, and parse it then.',
  },
  'catch-answers-200': {
    level: 'warning',
    message: 'An event that fails is answered with success, so the sender does not send it again.',
    fix: 'Answer 400 if the signature is wrong, and 500 if the work fails.',
  },
  'proxy-only': {
    level: 'warning',
    message: 'Only % refuses strangers. One wrong path in its matcher opens it.',
    fix: 'Check in the handler too.',
  },
  'matcher-misses': {
    level: 'warning',
    message: 'The matcher leaves out %, which does not check who calls.',
    fix: 'Add the path to config.matcher, or check in the handler.',
  },
  'replaced-headers': {
    level: 'warning',
    message: 'headers() of next.config replaces % of guarded handlers, so that caches may keep private answers.',
    fix: 'Leave the paths of guarded handlers out, or set "private, no-store" for them.',
  },
} as const satisfies Record<string, Rule>

/** The id of a rule. */
export type RuleId = keyof typeof rules

/** Returns whether there is a rule with this id. */
export const isRuleId = (id: string): id is RuleId => Object.hasOwn(rules, id)
