import { describeAccount } from '../account/account.ts'
import type { SweepResult } from '../work/sweep-profiles.ts'
import type { Output } from './output-schema.ts'

type OutputOf<Type extends Output['type']> = Extract<Output, { type: Type }>

/** Formats a result for people. */
export function formatOutput(output: Output): string {
  switch (output.type) {
    case 'status':
      return formatStatus(output)
    case 'preflight':
      return formatPreflight(output)
    case 'sweep':
      return formatSweep(output)
    case 'requeue':
      return `${output.profileId}  ${output.outcome}`
    case 'dismiss':
      return `${output.profileId}  ${output.outcome}`
    case 'relink':
      return `${output.profileId}  ${output.stripeCustomer}  ${output.outcome}`
    case 'finding':
      return formatFinding(output)
    case 'summary':
      return formatSummary(output)
  }
}

function formatPreflight({ table, problems, notes }: OutputOf<'preflight'>): string {
  const verdict =
    problems.length === 0
      ? `Nothing is in the way of the engine for ${table}.`
      : `In the way of the engine for ${table}:`
  return [verdict, ...problems.map((problem) => `- ${problem}`), ...notes.map((note) => `note: ${note}`)].join('\n')
}

function formatStatus({ failures, wakeUps, account, ...counts }: OutputOf<'status'>): string {
  const oldest = counts.oldestDueSeconds > 0 ? `, the oldest for ${counts.oldestDueSeconds} s` : ''
  return [
    `profiles    ${counts.profiles}, ${counts.linked} with a Stripe customer`,
    `done        ${counts.done}`,
    `pending     ${counts.pending}: ${counts.due} due${oldest}, ${counts.retrying} to be retried`,
    `blocked     ${counts.blocked}`,
    `waiting     ${counts.waiting}`,
    `failed      ${counts.failed}`,
    `unrecorded  ${counts.unrecorded}`,
    `outdated    ${counts.outdated}`,
    `vanished    ${counts.vanished}`,
    `dismissed   ${counts.dismissed}`,
    `elsewhere   ${counts.elsewhere}`,
    `account     ${describeAccount(account)}`,
    `last hour   ${wakeUps.madeByWakeUp} made by a wake-up, ${wakeUps.madeBySchedule} by the schedule`,
    `wake-ups    ${formatWakeUps(wakeUps)}`,
    ...failures.map(({ profileId, kind, error }) => `  ${profileId}  ${kind}  ${error.code}: ${error.message}`),
  ].join('\n')
}

const wakeUpStates = {
  not_installed: 'not installed: the database has no pg_net or no Vault, so the schedule makes all customers',
  not_configured: 'not sent: Vault has no api_route_url or no api_route_secret',
  idle: 'none in the last hour',
  ok: 'ok',
  failing: 'failing',
} as const satisfies Record<OutputOf<'status'>['wakeUps']['state'], string>

function formatWakeUps({ state, results }: OutputOf<'status'>['wakeUps']): string {
  const counts = Object.entries(results).map(([result, count]) => `${count} ${result.replace('_', ' ')}`)
  return counts.length === 0 ? wakeUpStates[state] : `${wakeUpStates[state]}: ${counts.join(', ')}`
}

function formatFinding(finding: OutputOf<'finding'>): string {
  const customer = 'stripeCustomer' in finding ? finding.stripeCustomer : (finding.adopt ?? '')
  const why = finding.why === undefined ? '' : `: ${finding.why}`
  return `${finding.kind.padEnd(11)}  ${finding.profileId}  ${(customer ?? '').padEnd(18)}  ${finding.result.replace('_', ' ')}${why}`
}

function formatSummary({
  mode,
  profiles,
  customers,
  foreign,
  possible,
  found,
  sweep,
  ...counts
}: OutputOf<'summary'>): string {
  const kinds = Object.entries(found).filter(([, count]) => count > 0)
  const differences = kinds.length === 0 ? 'no difference' : kinds.map(([kind, count]) => `${count} ${kind}`).join(', ')
  const { fixed, linked, due, dismissed, left } = counts
  const ended = dismissed === 0 ? '' : `, ${dismissed} dismissed`
  const results = mode === 'fix' ? `; ${fixed} fixed, ${linked} linked, ${due} due${ended}, ${left} left` : ''
  const swept = sweep === null ? '' : `\n${formatSweep(sweep)}`
  const notes = [
    ...(foreign === 0 ? [] : [`${foreign} of them not ours`]),
    ...(possible === 0 ? [] : [`${possible} possible`]),
  ]
  const others = notes.length === 0 ? '' : ` (${notes.join(', ')})`
  return `${profiles} profiles, ${customers} customers${others}: ${differences}${results}${swept}`
}

const stopReasons = {
  idle: 'nothing else is due',
  limit: 'the limit is reached',
  budget: 'the time is up',
  signal: 'stopped',
  unauthorized: 'Stripe does not accept STRIPE_SECRET_KEY',
  other_account: 'STRIPE_SECRET_KEY belongs to another account',
} as const satisfies Record<SweepResult['stopped'], string>

function formatSweep({ done, retrying, failed, stopped }: Omit<OutputOf<'sweep'>, 'type'>): string {
  return `sweep: ${done} done, ${retrying} to be retried, ${failed} failed (${stopReasons[stopped]})`
}
