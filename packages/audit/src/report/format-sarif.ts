import type { Audit, Finding, Level } from '../findings.ts'
import { rules } from '../rules/rules.ts'

const levels: Readonly<Record<Level, string>> = { error: 'error', warning: 'warning', information: 'note' }

/** The page of a rule. */
const helpUri = (rule: string): string => `https://www.npmjs.com/package/@routekey/audit#${rule}`

/**
 * Formats findings as SARIF 2.1.0, for code scanning. A finding keeps its fingerprint when lines above it change. Excused
 * findings are left out, because GitHub does not read suppressions.
 */
export function formatSarif(audit: Audit, findings: readonly Finding[]): string {
  const ids = Object.entries(rules)
  const log = {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: {
          driver: {
            name: 'routekey audit',
            informationUri: 'https://www.npmjs.com/package/@routekey/audit',
            rules: ids.map(([id, { level, message, fix }]) => ({
              id,
              shortDescription: { text: message.replace('%', 'a variable') },
              help: { text: fix },
              helpUri: helpUri(id),
              defaultConfiguration: { level: levels[level] },
            })),
          },
        },
        originalUriBaseIds: { ROOT: { uri: `file://${encodeURI(audit.root)}/` } },
        results: findings.map((finding) => toResult(finding, ids)),
      },
    ],
  }
  return `${JSON.stringify(log, null, 2)}\n`
}

function toResult(
  { rule, level, place, message, handlers, fingerprint }: Finding,
  ids: readonly (readonly [string, unknown])[],
): object {
  return {
    ruleId: rule,
    ruleIndex: ids.findIndex(([id]) => id === rule),
    level: levels[level],
    message: { text: `${message} (${handlers.slice(0, 5).join(', ')})` },
    locations: [
      {
        physicalLocation: {
          artifactLocation: { uri: encodeURI(place.file), uriBaseId: 'ROOT' },
          region: { startLine: place.line, startColumn: place.column },
        },
      },
    ],
    partialFingerprints: { 'routekeyAudit/v1': fingerprint },
  }
}
