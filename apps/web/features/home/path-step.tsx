import { cx } from 'class-variance-authority'
import type { LucideIcon } from 'lucide-react'
import type { ReactNode } from 'react'

interface PathStepProps {
  readonly icon: LucideIcon
  readonly title: string
  readonly text: string
  /** Classes of the circle around the icon. */
  readonly mark: string
  /** Classes of the line to the next step. Default: no line. */
  readonly line?: string
  readonly children: ReactNode
}

/** Shows one step of a path, with a line to the next. */
export function PathStep({ icon: Icon, title, text, mark, line, children }: PathStepProps) {
  return (
    <li className="grid grid-cols-[2.25rem_minmax(0,1fr)] gap-x-3 sm:gap-x-5">
      <div className="flex flex-col items-center">
        <span
          className={cx(
            'grid size-9 shrink-0 place-items-center rounded-full border bg-card shadow-xs transition-colors',
            mark,
          )}
        >
          <Icon aria-hidden className="size-4" />
        </span>
        {line !== undefined && (
          // Dashed until the work is done, and animated during the work.
          <svg aria-hidden width="2" className={cx('min-h-0 grow basis-0 transition-colors', line)}>
            <line
              x1="1"
              x2="1"
              y1="0"
              y2="100%"
              stroke="currentColor"
              strokeWidth="2"
              strokeDasharray="4 4"
              className="group-has-data-[status=done]/path:[stroke-dasharray:none] motion-safe:group-has-data-[status=pending]/path:animate-flow"
            />
          </svg>
        )}
      </div>
      <div className={cx('grid min-w-0 gap-x-8 gap-y-4 lg:grid-cols-[5fr_7fr]', line === undefined ? 'pb-0' : 'pb-10')}>
        <div className="flex flex-col gap-1.5 pt-1.5">
          <h3 className="font-medium">{title}</h3>
          <p className="text-sm text-pretty text-muted-foreground">{text}</p>
        </div>
        <div className="min-w-0 self-start rounded-xl border bg-card shadow-xs">{children}</div>
      </div>
    </li>
  )
}
