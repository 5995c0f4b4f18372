import { fileURLToPath } from 'node:url'

// One application, built with each combination of the options that change how a path travels.
export default {
  ...JSON.parse(process.env.NEXT_PATHS_CONFIG),
  turbopack: { root: fileURLToPath(new URL('../../../../../', import.meta.url)) },
  agentRules: false,
  experimental: { agentUpgrade: false },
}
