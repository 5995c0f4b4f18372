import type { Audit, Finding, Level } from '../findings.ts'
import { isRuleId, rules } from '../rules/rules.ts'
import { createPlaces } from './places.ts'

const order: readonly Level[] = ['error', 'warning', 'information']

/** Formats findings for people: by file, with the line, and what to do. */
export function formatText(audit: Audit, findings: readonly Finding[]): string {
  const places = createPlaces(audit.root)
  const files = [...new Set(findings.map(({ place }) => place.file))].toSorted()
  const blocks = files.map((file) => {
    const own = findings
      .filter(({ place }) => place.file === file)
      .toSorted((left, right) => left.place.line - right.place.line)
    return `${file}\n${own.map((finding) => formatFinding(finding, places.lineOf(finding.place))).join('\n')}`
  })
  return [...blocks, formatSummary(audit, findings)].join('\n')
}

function formatFinding(finding: Finding, line: string): string {
  const { place, level, rule, message, handlers } = finding
  const number = String(place.line)
  const frame = line.trim() === '' ? '' : `    ${number} | ${line.trim().slice(0, 100)}\n`
  const fix = isRuleId(rule) ? `    fix: ${rules[rule].fix}\n` : ''
  return `  ${number}:${place.column} ${level} ${rule} (${listHandlers(handlers)})\n    ${message}\n${frame}${fix}`
}

function listHandlers(handlers: readonly string[]): string {
  const shown = handlers.slice(0, 3).join(', ')
  return handlers.length > 3 ? `${shown} and ${handlers.length - 3} more` : shown
}

/** A summary of the audit, in a few lines. */
function formatSummary({ applications, handlers, unreadable }: Audit, findings: readonly Finding[]): string {
  const count = (wanted: (verdict: string) => boolean): number =>
    handlers.filter(({ verdict }) => wanted(verdict)).length
  const unclear = count((verdict) => verdict === 'unclear')
  const parts = [
    `${count((verdict) => verdict === 'guarded')} guarded`,
    `${count((verdict) => verdict === 'fails-open')} fail open`,
    `${count((verdict) => verdict === 'open-acts')} open and act`,
    `${count((verdict) => verdict === 'open-reads')} open and read`,
    `${count((verdict) => verdict === 'answers-everyone' || verdict === 'own-route')} open by design`,
    ...(unclear === 0 ? [] : [`${unclear} unclear`]),
  ]
  const levels = order
    .map((level) => `${findings.filter((finding) => finding.level === level).length} ${level}s`)
    .slice(0, 2)
  const lost = unreadable.length === 0 ? '' : `\nCould not be read: ${unreadable.slice(0, 5).join(', ')}`
  return `${plural(applications.length, 'application')}, ${plural(handlers.length, 'handler')}: ${parts.join(', ')}.\n${levels.join(', ')}.${lost}\n`
}

const plural = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? '' : 's'}`
