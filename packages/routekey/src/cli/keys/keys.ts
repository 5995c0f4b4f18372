import { parseArgs } from 'node:util'

import type { CreatedKey } from '../../keyring/manage/manage-keys.ts'
import type { Command, Terminal } from '../command.ts'
import { Refusal } from '../cli-error.ts'
import { found, instant, need, wholeNumber } from './arguments.ts'
import { type ConnectionOptions, type OpenStore, openStore, prefixOf } from './open-keyring.ts'
import { formatKey, formatKeys, formatUsage } from './print-keys.ts'

const actor = 'routekey command line'

// Whatever is not about making keys works the same for every prefix.
const anyPrefix = 'rk'

const options = {
  json: { type: 'boolean' },
  'env-file': { type: 'string' },
  'pepper-variable': { type: 'string' },
  owner: { type: 'string' },
  name: { type: 'string' },
  prefix: { type: 'string' },
  scope: { type: 'string', multiple: true },
  'allow-ip': { type: 'string', multiple: true },
  expires: { type: 'string' },
  grace: { type: 'string' },
  limit: { type: 'string' },
  after: { type: 'string' },
  hours: { type: 'string' },
  days: { type: 'string' },
} as const

type OptionName = keyof typeof options
type Values = ReturnType<typeof parse>['values']

const parse = (args: readonly string[]) => parseArgs({ args: [...args], allowPositionals: true, options })

interface Action {
  readonly takesId: boolean
  readonly options: readonly OptionName[]
  run(open: OpenStore, values: Values, terminal: Terminal, id: string): Promise<void>
}

const print = (terminal: Terminal, { json }: Values, value: unknown, text: () => string) =>
  terminal.print(json === true ? `${JSON.stringify(value, null, 2)}\n` : text())

function printCreated(terminal: Terminal, values: Values, created: CreatedKey, done: string): void {
  terminal.say(`${done} key ${created.record.id}. This is the only time that it is shown.`)
  print(terminal, values, created, () => `${created.key}\n`)
}

const actions: ReadonlyMap<string, Action> = new Map<string, Action>([
  [
    'create',
    {
      takesId: false,
      options: ['owner', 'name', 'prefix', 'scope', 'allow-ip', 'expires'],
      async run(open, values, terminal) {
        const created = await open.createKeyring(need(values.prefix, '--prefix')).create({
          owner: need(values.owner, '--owner'),
          name: need(values.name, '--name'),
          scopes: values.scope ?? [],
          allowedIps: values['allow-ip'] ?? [],
          expiresAt: values.expires === undefined ? null : instant(values.expires),
          actor,
        })
        printCreated(terminal, values, created, 'Created')
      },
    },
  ],
  [
    'list',
    {
      takesId: false,
      options: ['owner', 'limit', 'after'],
      async run(open, values, terminal) {
        const records = await open.createKeyring(anyPrefix).list({
          ...(values.owner !== undefined && { owner: values.owner }),
          ...(values.limit !== undefined && { limit: wholeNumber(values.limit, 'limit') }),
          ...(values.after !== undefined && { after: values.after }),
        })
        print(terminal, values, records, () => formatKeys(records))
      },
    },
  ],
  [
    'show',
    {
      takesId: true,
      options: [],
      async run(open, values, terminal, id) {
        const keyring = open.createKeyring(anyPrefix)
        const record = found(await keyring.get(id), id)
        const audit = found(await keyring.audit(id), id)
        print(terminal, values, { record, audit }, () => formatKey(record, audit))
      },
    },
  ],
  [
    'rotate',
    {
      takesId: true,
      options: ['grace'],
      async run(open, values, terminal, id) {
        const graceSeconds = wholeNumber(need(values.grace, '--grace'), 'grace')
        const record = found(await open.createKeyring(anyPrefix).get(id), id)
        const created = await open.createKeyring(prefixOf(record)).rotate(id, { graceSeconds, actor })
        printCreated(terminal, values, found(created, id, 'working '), 'Rotated')
      },
    },
  ],
  [
    'revoke',
    {
      takesId: true,
      options: [],
      async run(open, values, terminal, id) {
        const record = found(await open.createKeyring(anyPrefix).revoke(id, { actor }), id)
        terminal.say(`Revoked key ${id}. A process with a cache may let it pass for the seconds of its cache.`)
        print(terminal, values, record, () => '')
      },
    },
  ],
  [
    'usage',
    {
      takesId: true,
      options: ['hours', 'days'],
      async run(open, values, terminal, id) {
        if (values.hours !== undefined && values.days !== undefined) throw new Refusal('--hours or --days, not both', 2)
        const query =
          values.days === undefined
            ? { unit: 'hour' as const, count: wholeNumber(values.hours ?? '24', 'hours') }
            : { unit: 'day' as const, count: wholeNumber(values.days, 'days') }
        const buckets = found(await open.createKeyring(anyPrefix).usage(id, query), id)
        print(terminal, values, buckets, () => formatUsage(buckets))
      },
    },
  ],
])

/** `routekey keys`. */
export const keys: Command = {
  help: `Usage: routekey keys <action> [options]

The API keys of an application's users, in the database that DATABASE_URL names, or else
in Supabase by NEXT_PUBLIC_SUPABASE_URL and SUPABASE_SECRET_KEY. What the environment does
not set is read from .env.local.

  create --prefix PREFIX --owner OWNER --name NAME
         [--scope SCOPE]... [--allow-ip ADDRESS]... [--expires DATE]
  list   [--owner OWNER] [--limit NUMBER] [--after ID]
  show   ID
  rotate ID --grace SECONDS
  revoke ID
  usage  ID [--hours NUMBER | --days NUMBER]

  --json                  print JSON
  --env-file FILE         read FILE instead of .env.local
  --pepper-variable NAME  for create and rotate: the variable with the keyring's pepper

create and rotate print the key, once, on standard output.
`,
  async run([name = '', ...args], terminal) {
    const action = actions.get(name)
    if (action === undefined) throw new Refusal(`keys takes one of: ${[...actions.keys()].join(', ')}`, 2)
    const { values, positionals } = parse(args)
    const allowed: readonly string[] = [...action.options, 'json', 'env-file', 'pepper-variable']
    const stray = Object.keys(values).find((option) => !allowed.includes(option))
    if (stray !== undefined) throw new Refusal(`keys ${name} takes no --${stray}`, 2)
    const [id = '', ...others] = positionals
    if (others.length > 0 || (id !== '') !== action.takesId) {
      throw new Refusal(action.takesId ? `keys ${name} takes one ID` : `keys ${name} takes options only`, 2)
    }
    const connection: ConnectionOptions = values
    const open = await openStore(connection, terminal)
    try {
      await action.run(open, values, terminal, id)
    } finally {
      await open.close()
    }
  },
}
