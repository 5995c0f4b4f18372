import type { Terminal } from '@routekey/command-line'

import type { CreatedKey } from '../../../keyring/manage/key-management.ts'

interface Format {
  readonly json?: true | undefined
}

/** Prints a result as JSON, or as text. */
export function printResult(terminal: Terminal, { json }: Format, result: unknown, formatText: () => string): void {
  terminal.print(json === true ? `${JSON.stringify(result, null, 2)}\n` : formatText())
}

/** Prints a key that was just created: the only time that it exists outside of its owner's hands. */
export function printCreatedKey(terminal: Terminal, format: Format, { key, record }: CreatedKey, done: string): void {
  terminal.say(`${done} key ${record.id}. Store it now: it is shown only once.`)
  printResult(terminal, format, { key, record }, () => `${key}\n`)
}
