export {
  DirectoryInUseError,
  EnvironmentError,
  MigrationError,
  PortInUseError,
  SandboxError,
  SeedError,
} from './errors.ts'
export { generateSecret } from './host/keys.ts'
export { checkLocalhostIsFree, findFreePort, type PortRequest } from './host/ports.ts'
export {
  defaultPorts as DEFAULT_PORTS,
  portVariables as PORT_VARIABLES,
  type Sandbox,
  type SandboxOptions,
  startSandbox,
} from './start-sandbox.ts'
export { type EnvFileChanges, readEnvFile, writeEnvFile } from './environment/env-file.ts'
export {
  applicationEnvironment,
  envFileChanges,
  resolveSandboxEnvironment,
  type SandboxEnvironment,
  type Variables,
} from './environment/resolve-environment.ts'
