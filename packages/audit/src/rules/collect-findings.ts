import { createHash } from 'node:crypto'

import type { JudgedHandler } from '../judge-handlers.ts'
import type { Finding, Level } from '../findings.ts'
import type { Hole } from '../judge/values/guard.ts'
import type { Places } from '../report/places.ts'
import { findExcuse } from './find-excuse.ts'
import { isRuleId, rules } from './rules.ts'

/** Something that a rule says, before the same of several handlers is put together. */
export interface Remark extends Hole {
  readonly handler: string
  readonly level?: Level
}

/** The remarks about a handler. */
export function remarksOf(judged: JudgedHandler, isCron: boolean): readonly Remark[] {
  const handler = `${judged.name} ${judged.route}`
  const { verdict, holes, effects, file, start } = judged
  const isOpen = verdict === 'open-acts' || verdict === 'open-reads'
  const own = isOpen
    ? [{ rule: ruleOf(judged, isCron), file, start, subject: effects[0]?.name ?? '', handler, ...levelOf(judged) }]
    : []
  const shown = verdict === 'fails-open' ? holes : holes.filter(({ rule }) => rule === 'host-guard')
  return [
    ...own,
    ...shown.map((hole) => ({ ...hole, handler, ...(verdict === 'fails-open' ? {} : { level: 'warning' as const }) })),
    ...judged.remarks.map((remark) => ({ ...remark, handler })),
  ]
}

const authenticationPath =
  /(?:^|\/)(?:auth|login|log-in|signin|sign-in|signup|sign-up|register|logout|signout|sign-out|callback|forgot-password|reset-password|forgotpassword|resetpassword|verify-email|confirm|magic-link|oauth2?)(?:\/|$)/i

/** Signing in and up is open by design: worth a look, but no error. */
const levelOf = ({ verdict, route, kind, effects }: JudgedHandler): { level?: Level } => {
  // What a page shows is read again: no more than a reload does.
  const isRefresh =
    kind === 'server-function' && effects.every(({ name }) => /^(?:revalidate|updateTag|fetch\(\)$)/.test(name))
  return verdict === 'open-acts' && (authenticationPath.test(route) || isRefresh) ? { level: 'warning' } : {}
}

function ruleOf({ verdict, route }: JudgedHandler, isCron: boolean): string {
  if (verdict === 'open-reads') return 'open-reads'
  if (isCron || /(?:^|\/)crons?(?:\/|$)/i.test(route)) return 'open-cron'
  return /webhooks?(?:\/|$)|\/hooks?(?:\/|$)/i.test(route) ? 'unsigned-webhook' : 'open-acts'
}

/** Puts remarks about the same place together. */
export function collectFindings(remarks: readonly Remark[], places: Places): readonly Finding[] {
  const groups = new Map<string, Remark[]>()
  for (const remark of remarks) {
    const key = `${remark.rule}:${remark.file}:${remark.start}`
    groups.set(key, [...(groups.get(key) ?? []), remark])
  }
  const counts = new Map<string, number>()
  return [...groups.values()].flatMap(([first, ...others]) => {
    if (first === undefined || !isRuleId(first.rule)) return []
    const rule = rules[first.rule]
    const place = places.placeOf(first.file, first.start)
    const text = `${first.rule}\0${place.file}\0${places.lineOf(place).trim()}`
    const count = counts.get(text) ?? 0
    counts.set(text, count + 1)
    return {
      rule: first.rule,
      level: [first, ...others].some(({ level }) => level === undefined) ? rule.level : (first.level ?? rule.level),
      place,
      message: rule.message.replace('%', first.subject === '' ? 'a variable' : first.subject),
      handlers: [...new Set([first, ...others].map(({ handler }) => handler))],
      fingerprint: createHash('sha256').update(`${text}\0${count}`).digest('hex').slice(0, 32),
      excuse: findExcuse(places.linesOf(place.file), place.line),
    }
  })
}
