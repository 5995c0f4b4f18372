// Preloaded into child processes: a parent that was killed outright cannot stop them, and they would keep their ports.
process.on('disconnect', () => {
  process.kill(process.pid, 'SIGTERM')
  setTimeout(() => process.exit(1), 2_000).unref()
})
// The channel must not keep a process alive that has nothing else to do.
process.channel?.unref()
// Not passed on to grandchildren: `next dev` starts its server so, and that one lives by its channel until it is told what to do.
process.execArgv.splice(0)
