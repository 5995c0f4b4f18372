/**
 * Makes an RFC 9457 problem response.
 *
 * @param problem.title names the kind of problem, the same each time
 * @param problem.detail says what was wrong with this request and what was expected; it is public
 * @param headers more headers, such as `Retry-After`
 */
export function problemResponse(
  problem: { status: number; title: string; detail: string },
  headers: Record<string, string> = {},
): Response {
  return Response.json(problem, {
    status: problem.status,
    headers: { 'cache-control': 'no-store', ...headers, 'content-type': 'application/problem+json' },
  })
}

/**
 * Makes the handler for the methods that a route does not serve. Next.js by itself answers 405 without `Allow`, which
 * RFC 9110, section 15.5.6, requires.
 *
 * @param allowed the methods that the route serves
 */
export function methodNotAllowed(...allowed: string[]): () => Response {
  const allow = allowed.join(', ')
  return () =>
    problemResponse({ status: 405, title: 'Method not allowed', detail: `This address takes ${allow}.` }, { allow })
}
