import { cva, cx, type VariantProps } from 'class-variance-authority'
import type { ComponentProps } from 'react'

const alertVariants = cva(
  'grid grid-cols-[auto_1fr] items-start gap-x-3 gap-y-1 rounded-lg border bg-card px-4 py-3 text-sm [&>svg]:mt-0.5 [&>svg]:size-4 [&>svg]:shrink-0 *:not-[svg]:col-start-2',
  {
    variants: {
      variant: {
        default: '[&>svg]:text-muted-foreground',
        success: 'border-success/35 [&>svg]:text-success',
        warning: 'border-warning/35 [&>svg]:text-warning',
        destructive: 'border-destructive/35 [&>svg]:text-destructive',
      },
    },
    defaultVariants: { variant: 'default' },
  },
)

/** Shows a message. Use `role="alert"` if it should interrupt a screen reader, `role="status"` if it can wait. */
export function Alert({ className, variant, ...props }: ComponentProps<'div'> & VariantProps<typeof alertVariants>) {
  return <div data-slot="alert" className={cx(alertVariants({ variant }), className)} {...props} />
}

export function AlertTitle({ className, ...props }: ComponentProps<'p'>) {
  return <p data-slot="alert-title" className={cx('font-medium', className)} {...props} />
}

export function AlertDescription({ className, ...props }: ComponentProps<'div'>) {
  return <div data-slot="alert-description" className={cx('text-muted-foreground', className)} {...props} />
}
