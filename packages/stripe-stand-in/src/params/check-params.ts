import { z } from 'zod'
import { invalidParam, type StripeErrorReply } from '../stripe-error-reply.ts'
import type { ParamTree } from './parse-form.ts'

const issueDetailsSchema = z.object({ code: z.string().optional() })

/**
 * Checks the parameters of a request and returns their values.
 *
 * @param unsupported names that Stripe accepts and the stand-in does not; the error says so
 * @throws StripeErrorReply 400 with Stripe's code and message for the first invalid parameter
 */
export function checkParams<T>(schema: z.ZodType<T>, params: ParamTree, unsupported: readonly string[] = []): T {
  for (const name of unsupported) {
    if (name in params) throw invalidParam(name, `The Stripe stand-in does not support the parameter ${name}.`)
  }
  const result = schema.safeParse(params)
  if (result.success) return result.data
  // Stripe names unknown parameters before it looks at the values of known ones.
  const unknown = result.error.issues.find((issue) => issue.code === 'unrecognized_keys')
  const issue = unknown ?? result.error.issues[0]
  throw issue === undefined ? invalidParam('', 'Invalid request.') : toErrorReply(issue, params)
}

function toErrorReply(issue: z.core.$ZodIssue, params: ParamTree): StripeErrorReply {
  if (issue.code === 'unrecognized_keys') {
    const names = issue.keys.map((key) => paramName([...issue.path, key]))
    const label = names.length === 1 ? 'Received unknown parameter' : 'Received unknown parameters'
    return invalidParam(names[0] ?? '', `${label}: ${names.join(', ')}`, 'parameter_unknown')
  }
  const name = paramName(issue.path)
  if (issue.code === 'custom') {
    return invalidParam(name, issue.message, issueDetailsSchema.safeParse(issue.params).data?.code)
  }
  if (valueAt(params, issue.path) === undefined) {
    return invalidParam(name, `Missing required param: ${name}.`, 'parameter_missing')
  }
  return invalidParam(name, issue.code === 'invalid_type' ? `Invalid ${issue.expected}` : `Invalid ${name}`)
}

function paramName(path: readonly PropertyKey[]): string {
  const [first = '', ...rest] = path.map(String)
  return first + rest.map((segment) => `[${segment}]`).join('')
}

function valueAt(params: ParamTree, path: readonly PropertyKey[]): unknown {
  let value: ParamTree | string | undefined = params
  for (const segment of path) value = typeof value === 'object' ? value[String(segment)] : undefined
  return value
}
