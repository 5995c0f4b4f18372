import { addHeaders } from './add-headers.ts'
import { type AuthenticateOptions, runHook } from './authenticate.ts'
import type { Denial } from './denial.ts'
import { denialResponse } from './denial-response.ts'
import { privateHeaders } from './private-headers.ts'

/** The options of every guard. */
export interface GuardOptions extends AuthenticateOptions {
  /**
   * Returns the response to a refused request, in place of `denialResponse`. `Cache-Control: private, no-store` and
   * `Referrer-Policy: no-referrer` stay unless it sets its own. If it throws, the error is logged, and the standard response is sent.
   */
  readonly respond?: (denial: Denial, request: Request) => Response | Promise<Response>
}

const keepPrivate = (response: Response) =>
  addHeaders(response, privateHeaders, (_name, value, current) => current ?? value)

/** Returns the response to a refused request. Never throws. */
export async function refuse(denial: Denial, request: Request, { respond, logger }: GuardOptions): Promise<Response> {
  const given = respond && (await runHook('respond', async () => keepPrivate(await respond(denial, request)), logger))
  return given ?? denialResponse(denial)
}
