import { refuseRequest } from './refuse-request.ts'

type Method = 'DELETE' | 'GET' | 'HEAD' | 'OPTIONS' | 'PATCH' | 'POST' | 'PUT'
type Handlers<Methods extends Method> = Record<Methods, (request: Request) => Response>

/**
 * Creates the handlers of all methods that a route does not serve. By itself, Next.js responds 405 without the `Allow` header
 * that RFC 9110, section 15.5.6, requires, logs nothing, and runs the GET handler for HEAD.
 *
 * @param allowed the methods that the route serves
 */
export function methodNotAllowed<Allowed extends Method>(...allowed: Allowed[]): Handlers<Exclude<Method, Allowed>> {
  const detail = `Method not allowed. Use ${allowed.join(' or ')}.`
  const refuse = (request: Request) => refuseRequest(request, 405, detail, { allow: allowed.join(', ') })
  const all: Handlers<Method> = {
    DELETE: refuse,
    GET: refuse,
    HEAD: refuse,
    OPTIONS: refuse,
    PATCH: refuse,
    POST: refuse,
    PUT: refuse,
  }
  return all
}
