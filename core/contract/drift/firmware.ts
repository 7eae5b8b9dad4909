const FIRMWARE_NAME = /(?:^|[._/-])(?:firmware|firmware_version|fw|fw_version)$/i;

/** Whether a metric says which firmware a device runs, be it nested: `fw`, `system.firmware_version`. */
export function isFirmware(metric: string): boolean {
  return FIRMWARE_NAME.test(metric);
}
