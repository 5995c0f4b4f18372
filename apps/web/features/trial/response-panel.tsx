import { useId } from 'react'
import { Badge } from '#ui/badge.tsx'
import { CodeBlock } from '#ui/code-block.tsx'
import { Spinner } from '#ui/spinner.tsx'
import { describeStatus, formatBody, sortHeaders } from './describe-response.ts'
import type { Trial, TrialResponse } from './send-trial.ts'
import type { StatusPhrases } from './status-phrases.ts'

/**
 * Shows a request as a shell command, and its response.
 *
 * @param props.command null if there is no such request
 * @param props.commandTitle what the command needs; default `Terminal`
 * @param props.placeholder explains why there is no response
 */
export function ResponsePanel({
  title,
  command,
  commandTitle = 'Terminal',
  trial,
  isPending,
  placeholder,
  phrases,
}: {
  title: string
  command: string | null
  commandTitle?: string
  trial: Trial | null
  isPending: boolean
  placeholder: string
  phrases: StatusPhrases
}) {
  const id = useId()
  return (
    <section
      aria-labelledby={id}
      className="grid min-w-0 gap-4 max-lg:grid-rows-[auto_auto_minmax(22rem,1fr)] lg:row-span-3 lg:grid-rows-subgrid"
    >
      <h2 id={id} className="text-base font-semibold tracking-tight">
        {title}
      </h2>
      {command !== null && <CodeBlock title={commandTitle} code={command} />}
      {trial?.outcome === 'answered' ? (
        <ResponseDetails response={trial} phrases={phrases} />
      ) : (
        <p className="row-start-3 flex items-center justify-center gap-2 rounded-xl border border-dashed p-6 text-center text-sm text-muted-foreground [&>svg]:size-4">
          {isPending && <Spinner />}
          {isPending ? 'Waiting for the response…' : (trial?.problem ?? placeholder)}
        </p>
      )}
    </section>
  )
}

function ResponseDetails({ response, phrases }: { response: TrialResponse; phrases: StatusPhrases }) {
  const { status, headers, body, durationMs } = response
  const { first, others } = sortHeaders(headers)
  return (
    <div className="row-start-3 flex flex-col divide-y overflow-hidden rounded-xl border bg-card shadow-xs">
      <div className="flex flex-col gap-1.5 p-4">
        <div className="flex items-center justify-between gap-3">
          <Badge variant={statusVariant(status)} className="font-mono">
            {`${status} ${phrases[status] ?? ''}`.trim()}
          </Badge>
          <span className="text-sm text-muted-foreground tabular-nums">{durationMs} ms</span>
        </div>
        <p className="text-sm text-muted-foreground">{describeStatus(status)}</p>
      </div>
      <div className="flex flex-col gap-2 p-4">
        <h3 className="text-sm font-medium">Headers</h3>
        <HeaderList headers={first} />
        <details className="text-sm">
          <summary className="w-fit cursor-pointer rounded-sm text-muted-foreground outline-none hover:text-foreground focus-visible:ring-[3px] focus-visible:ring-ring/50">
            {others.length} more
          </summary>
          <div className="pt-2">
            <HeaderList headers={others} />
          </div>
        </details>
      </div>
      <div className="flex min-w-0 flex-1 flex-col gap-2 bg-code p-4">
        <h3 className="text-sm font-medium">Body</h3>
        <pre className="font-mono text-xs leading-5 wrap-anywhere whitespace-pre-wrap">{formatBody(body)}</pre>
      </div>
    </div>
  )
}

function HeaderList({ headers }: { headers: TrialResponse['headers'] }) {
  return (
    <dl className="grid gap-x-4 gap-y-1 font-mono text-xs leading-5 sm:grid-cols-[auto_1fr]">
      {headers.map(([name, value]) => (
        <div key={name} className="contents">
          <dt className="text-muted-foreground">{name}</dt>
          <dd className="min-w-0 wrap-anywhere">{value}</dd>
        </div>
      ))}
    </dl>
  )
}

function statusVariant(status: number): 'success' | 'warning' | 'destructive' {
  if (status < 400) return 'success'
  return status === 429 || status >= 500 ? 'warning' : 'destructive'
}
