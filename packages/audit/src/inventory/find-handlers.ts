import type { Module } from '../judge/module.ts'

const methods = new Set(['GET', 'HEAD', 'OPTIONS', 'POST', 'PUT', 'DELETE', 'PATCH'])

/** The exports of a route file that answer requests. `read` tells the exports of the modules of `export * from`. */
export function handlerNames(
  unit: Module,
  router: 'app' | 'pages',
  readStar: (specifier: string) => readonly string[],
): readonly string[] {
  const names = [...unit.exported.keys(), ...unit.starExports.flatMap((specifier) => readStar(specifier))]
  const wanted = [...new Set(names)].filter((name) => (router === 'app' ? methods.has(name) : name === 'default'))
  return wanted
}
