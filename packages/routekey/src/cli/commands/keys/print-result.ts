import type { Terminal } from '@routekey/command-line'

import type { CreatedKey } from '../../../keyring/manage/manage-keys.ts'

interface Format {
  readonly json?: true | undefined
}

/** Prints a result as JSON, or as text. */
export function printResult(terminal: Terminal, { json }: Format, result: unknown, formatText: () => string): void {
  terminal.print(json === true ? `${JSON.stringify(result, null, 2)}\n` : formatText())
}

/** Prints a key that was just created: the only time that it exists outside of its owner's hands. */
export function printCreatedKey(terminal: Terminal, format: Format, created: CreatedKey, done: string): void {
  terminal.say(`${done} key ${created.record.id}. Store it now: it is shown only once.`)
  printResult(terminal, format, created, () => `${created.key}\n`)
}
