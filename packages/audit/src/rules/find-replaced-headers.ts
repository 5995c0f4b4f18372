import type { Node } from 'oxc-parser'

import { visit } from '../inventory/read-config.ts'
import { parseFile } from '../parse/parse-file.ts'
import { propertyName } from '../parse/property-name.ts'
import { isList, readData, readMember } from '../parse/read-data.ts'
import { readText } from '../resolve/read-file.ts'
import { toExpression } from '../inventory/read-proxy.ts'
import type { Remark } from './collect-findings.ts'

const kept = /no-store/i

/** Finds headers of `next.config` that let caches keep the answers of guarded handlers of the App Router. */
export function findReplacedHeaders(
  config: string | null,
  guarded: readonly { readonly route: string; readonly label: string }[],
): readonly Remark[] {
  const source = config === null ? null : readText(config)
  if (config === null || source === null || !/cache-control/i.test(source)) return []
  const remarks: Remark[] = []
  visit(parseFile(config, source).program, (node) => {
    const entry = readEntry(node)
    if (entry === null) return
    const pattern = toExpression(entry.source)
    const affected = guarded.filter(({ route }) => pattern?.test(route) === true)
    for (const { label } of affected) {
      remarks.push({
        rule: 'replaced-headers',
        file: config,
        start: entry.start,
        subject: 'Cache-Control',
        handler: label,
      })
    }
  })
  return remarks
}

/** `{ source, headers: [{ key: 'Cache-Control', value }] }`, with a value that lets caches keep the answer. */
function readEntry(node: Node): { source: string; start: number } | null {
  if (
    node.type !== 'ObjectExpression' ||
    !node.properties.some((property) => property.type === 'Property' && propertyName(property) === 'headers')
  )
    return null
  const data = readData(node)
  const source = readMember(data, 'source')
  const headers = readMember(data, 'headers')
  if (typeof source !== 'string' || !isList(headers)) return null
  const isCached = headers.some((header) => {
    const key = readMember(header, 'key')
    const value = readMember(header, 'value')
    return (
      typeof key === 'string' &&
      key.toLowerCase() === 'cache-control' &&
      !(typeof value === 'string' && kept.test(value))
    )
  })
  return isCached ? { source, start: node.start } : null
}
