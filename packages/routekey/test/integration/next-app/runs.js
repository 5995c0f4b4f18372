// On the global object, because Next.js gives each route a copy of this module.
globalThis.scenarioRuns ??= { app: 0, pages: 0, proxied: 0 }

export const runs = globalThis.scenarioRuns
