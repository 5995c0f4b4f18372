import { RoutekeyError } from '../../errors.ts'

/**
 * Returns the caller of a request that a guard has accepted.
 *
 * @throws `ERR_REQUEST_UNGUARDED`
 */
export function callerIn<Caller>(accepted: WeakMap<object, { readonly caller: Caller }>, request: object): Caller {
  const guarded = accepted.get(request)
  if (guarded === undefined) {
    throw new RoutekeyError(
      'ERR_REQUEST_UNGUARDED',
      'callerOf() got a request that this guard has not accepted. Put the guard before the handler.',
    )
  }
  return guarded.caller
}
