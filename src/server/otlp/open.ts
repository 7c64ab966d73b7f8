// server: OpenTelemetry where OTEL_* variables ask for it; its SDK is loaded then, and for nobody else.

import type { OtlpDeps, OtlpExport } from './export.ts';
import { otlpSettings } from './settings.ts';

/** @throws TerminalError for a variable that asks for what there is not */
export async function openOtlp(deps: OtlpDeps): Promise<OtlpExport | undefined> {
  const settings = otlpSettings(deps.env);
  if (settings === undefined) return undefined;
  const { exportOverOtlp } = await import('./export.ts');
  return exportOverOtlp(settings, deps);
}
