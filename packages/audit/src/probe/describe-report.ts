import type { RouteReport, Verdict } from './judge-route.ts'

const words: Readonly<Record<Verdict, string>> = { open: 'OPEN', cannot_tell: 'CANNOT TELL', closed: 'closed' }

/** Describes routes for people: the open ones first. */
export function describeReports(reports: readonly RouteReport[]): string {
  const order: readonly Verdict[] = ['open', 'cannot_tell', 'closed']
  const sorted = order.flatMap((verdict) => reports.filter((report) => report.verdict === verdict))
  return sorted
    .map(({ method, url, verdict, reason, weaknesses, requests }) => {
      const count = `${requests} ${requests === 1 ? 'request' : 'requests'}`
      const lines = [reason, ...weaknesses.map((text) => `Also: ${text}`)]
      return [`${words[verdict]}  ${method} ${url}  (${count})`, ...lines.map((line) => `  ${line}`), ''].join('\n')
    })
    .join('\n')
}

/** Sums up the verdicts in a sentence. */
export function summarize(reports: readonly RouteReport[]): string {
  const count = (verdict: Verdict) => reports.filter((report) => report.verdict === verdict).length
  return `${count('open')} open, ${count('closed')} closed, ${count('cannot_tell')} cannot be told.`
}
