import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { faults } from '../faults/faults.ts'
import { inspect, openTheatre, settle, signUps, type Theatre } from '../faults/fault-fixture.ts'

const columns = ['struck', 'customers', 'linked', 'duplicates', 'stuck', 'calls', 'replayed', 'found', 'seconds']

describe('the fault matrix', () => {
  const table: (string | number)[][] = []
  let theatre: Theatre

  beforeAll(async () => {
    theatre = await openTheatre()
  })
  afterAll(async () => {
    await theatre.stop()
    process.stdout.write(formatTable([[`${signUps} sign-ups each`, ...columns], ...table]))
  })

  it.each(faults)('$name: one customer for each, linked, nothing stuck', async ({ name, strike, customers }) => {
    const startedMs = performance.now()
    const stage = await theatre.open()
    try {
      const struck = new Set(await strike(stage))
      await settle(stage)
      const outcome = await inspect(stage)
      const created = stage.events.flatMap((event) => (event.type === 'created' ? [event.how] : []))
      table.push([
        name,
        struck.size,
        outcome.customers,
        outcome.linked,
        outcome.duplicates,
        outcome.stuck,
        stage.standIn.state().requests.total,
        created.filter((how) => how === 'replayed').length,
        created.filter((how) => how === 'found').length,
        ((performance.now() - startedMs) / 1000).toFixed(1),
      ])
      const expected = customers ?? signUps
      expect(struck).toEqual(new Set(stage.profiles))
      expect(outcome).toEqual({ customers: expected, created: signUps, linked: expected, duplicates: 0, stuck: 0 })
    } finally {
      await theatre.close(stage)
    }
  })
})

function formatTable(rows: (string | number)[][]): string {
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => String(row[column]).length)))
  const lines = rows.map((row) =>
    row.map((cell, column) =>
      column === 0 ? String(cell).padEnd(widths[0]!) : String(cell).padStart(widths[column]!),
    ),
  )
  return `\n${lines.map((cells) => cells.join('  ')).join('\n')}\n\n`
}
