import type { Context } from '../machine.ts'
import type { External } from '../values/parts.ts'
import { type Value, valueOf } from '../values/value.ts'
import { addEffect } from './run-functions.ts'

/** A response with its status. */
const answerOf = (status: number | null): Value => valueOf({ role: 'answer', status })

/** A method of the response of the Pages Router. Returns null for other objects. */
export function callResponse(
  receiver: Value,
  name: string,
  args: readonly Value[],
  context: Context,
  start: number,
): Value | null {
  if (receiver.role !== 'response') return null
  if (name === 'revalidate' || name === 'unstable_revalidate')
    addEffect({ kind: 'writes', name: 'revalidate()', start }, context)
  const status = args[0]?.literal?.value
  if (name === 'status' && typeof status === 'number') return { ...receiver, status }
  return receiver
}

/** The status of `new Response(body, { status })`, `NextResponse.json(…)` and the like. Null for other calls. */
export function responseOf({ package: name, path }: External, args: readonly Value[]): Value | null {
  const isResponse =
    name === 'next/server' ? path.startsWith('NextResponse') : name === 'global' && path.startsWith('Response')
  if (!isResponse) return null
  if (path.endsWith('.redirect')) return answerOf(307)
  const status = args[1]?.members?.get('status')?.literal?.value ?? args[1]?.literal?.value
  return answerOf(typeof status === 'number' ? status : args[1]?.members?.has('status') === true ? null : 200)
}
