// Preloaded into child processes. When their parent is killed with SIGKILL, it cannot stop them, and they would keep their ports.
process.on('disconnect', () => {
  process.kill(process.pid, 'SIGTERM')
  setTimeout(() => process.exit(1), 2000).unref()
})
// The channel alone must not keep the process alive.
process.channel?.unref()
// Grandchildren must not inherit the preload: `next dev` forks its server, which needs its channel to stay alive while it starts.
process.execArgv.splice(0)
