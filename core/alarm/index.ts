/** Alarms: raised and cleared per device, on event time, with deadband and delays. */
export { createAlarm, type Alarm, type AlarmStep, type Ignored } from './alarm.ts';
export { alarmMessage, type AlarmHeader, type AlarmMessage } from './alarm-message.ts';
export { checkAlarmSettings, SEVERITIES, type AlarmSettings, type AnomalyAlarmSettings, type LimitAlarmSettings, type Severity } from './alarm-settings.ts';
export { readAlarmState, type AlarmState, type AlarmTransition } from './alarm-state.ts';
