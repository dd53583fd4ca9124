import { soundText } from '../../call/sound.ts';
import type { DeviceChoice, Panel, PanelCall } from '../../frame/panel.ts';
import { canConfer } from './conference.ts';
import { places } from './place.ts';
import type { Desk, Place } from './types.ts';

/** What the panel shows of the desk. */
export function panelOf(desk: Desk, phone: Panel['phone'], devices: DeviceChoice): Panel {
  const { preferences, notice } = desk;
  return { phone, calls: places(desk).map(panelCall), preferences, devices, canConfer: canConfer(desk), notice };
}

function panelCall({ call }: Place): PanelCall {
  const { leg, direction, number, name, customer, phase, held, muted, answeredAt, sound } = call;
  return {
    leg,
    direction,
    number,
    name,
    customer,
    phase,
    held,
    muted,
    answeredAt,
    recording: 'off',
    quality: sound?.now ?? null,
    trouble: soundText(call),
  };
}
