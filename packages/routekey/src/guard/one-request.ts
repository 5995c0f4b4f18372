const origins = new WeakMap<object, object>()
const undos = new WeakMap<object, () => void>()

/** Remembers which request of a framework a standard `Request` was made from, so that both count as one. */
export function noteOrigin(request: Request, origin: object): void {
  origins.set(request, origin)
}

/** Returns what all guards of one request have in common: the request of the framework, or else the standard one itself. */
export const originOf = (request: Request): object => origins.get(request) ?? request

/** Remembers how to take back what a verifier counted against a request, in case another verifier accepts it. */
export function countAgainst(request: object, undo: () => void): void {
  const others = undos.get(request)
  undos.set(request, () => {
    others?.()
    undo()
  })
}

/** Takes back what verifiers counted against a request that is accepted after all. */
export function takeBack(request: object): void {
  undos.get(request)?.()
  undos.delete(request)
}
