/** Channel types: number, name and rule of each, the same for all brands; a new one, and another name or number. */
import { type ChannelTypeDefinition, DossierError } from "@dossier/api";
import { useQueryClient } from "@tanstack/react-query";
import { type SyntheticEvent, useState } from "react";
import { api } from "../../session/api.ts";
import { useMay, useSession } from "../../session/session.tsx";
import { useText } from "../../text/text.tsx";
import { useTexts } from "../../text/texts.ts";
import { Dialog } from "../../ui/dialog.tsx";
import { useDraft } from "../../ui/draft.ts";
import { errorText } from "../../ui/error-text.ts";
import { FaultLine, TextField } from "../../ui/form-fields.tsx";
import { channelIcon, Icon } from "../../ui/icon.tsx";
import { Foreign } from "../../ui/person.tsx";
import { Blank } from "../../ui/states.tsx";
import { useErrorToast, useToast } from "../../ui/toast.tsx";
import { ListView, useList } from "../list.tsx";
import { SettingsPage } from "../settings-page.tsx";
import { settingsTexts } from "../text.ts";
import { typesTexts } from "./text.ts";

export function TypesPage() {
  const text = useTexts(typesTexts);
  const { types: title } = useTexts(settingsTexts).pages;
  const { session } = useSession();
  // types belong to the whole installation
  const mayChange = useMay("CHANNEL_CUD") && session?.brandIds === null;
  const [open, setOpen] = useState<ChannelTypeDefinition | "new">();
  const list = useList(["channel-types", "list"], (paging, signal) => api.channel.list(paging, { signal }));
  return (
    <SettingsPage
      title={title}
      isWide
      tools={
        mayChange && (
          <button type="button" className="btn pri sm" onClick={() => setOpen("new")}>
            <Icon name="plus" />
            {text.newType}
          </button>
        )
      }
    >
      <header>
        <div>
          <h1>{title}</h1>
          <p>{text.lead}</p>
        </div>
      </header>
      <ListView list={list} empty={<Blank icon="hash" title={text.none} />}>
        {(types) => <TypeTable types={types} onOpen={mayChange ? setOpen : undefined} />}
      </ListView>
      {open && <TypeEditor type={open === "new" ? undefined : open} onClose={() => setOpen(undefined)} />}
    </SettingsPage>
  );
}

interface TypeTableProps {
  types: ChannelTypeDefinition[];
  /** undefined: the key may not change them */
  onOpen: ((type: ChannelTypeDefinition) => void) | undefined;
}

function TypeTable({ types, onOpen }: TypeTableProps) {
  const text = useTexts(typesTexts);
  return (
    <div className="card over">
      <table className="table rows">
        <thead>
          <tr>
            <th scope="col">{text.name}</th>
            <th scope="col">{text.number}</th>
            <th scope="col">{text.rule}</th>
            {onOpen && (
              <th scope="col">
                <span className="vh">{text.acts}</span>
              </th>
            )}
          </tr>
        </thead>
        <tbody>
          {types.map((type) => (
            <tr key={type.id}>
              <th scope="row">
                <span className="avatar-line">
                  <Icon name={channelIcon(type.name)} size={17} />
                  <Foreign>{type.name}</Foreign>
                </span>
              </th>
              <td data-label={text.number} className="num">
                {type.channelId}
              </td>
              <td data-label={text.rule}>{text.rules[type.rule]}</td>
              {onOpen && (
                <td className="r acts">
                  <button
                    type="button"
                    className="btn ghost sm icon"
                    aria-label={text.change(type.name)}
                    onClick={() => onOpen(type)}
                  >
                    <Icon name="edit" />
                  </button>
                </td>
              )}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

interface TypeEditorProps {
  /** undefined: a new one */
  type: ChannelTypeDefinition | undefined;
  onClose: () => void;
}

function TypeEditor({ type, onClose }: TypeEditorProps) {
  const text = useTexts(typesTexts);
  const words = useText();
  const toast = useToast();
  const refuse = useErrorToast();
  const queries = useQueryClient();
  const saved = { name: type?.name ?? "", number: type ? String(type.channelId) : "" };
  const draft = useDraft(saved);
  const [error, setError] = useState<unknown>();
  const [isBusy, setBusy] = useState(false);
  const { values, changes, isChanged } = draft;
  const faults = error instanceof DossierError ? error.fields : {};
  const refresh = () => queries.invalidateQueries({ queryKey: ["channel-types"] });
  const set = (next: Partial<typeof saved>) => {
    setError(undefined);
    draft.set(next);
  };
  const write = (id: number, { name, number }: Partial<typeof saved>) =>
    api.channel.update({
      id,
      ...(name === undefined ? {} : { name }),
      ...(number === undefined ? {} : { channelId: Number(number) }),
    });
  async function submit(event: SyntheticEvent) {
    event.preventDefault();
    setBusy(true);
    setError(undefined);
    try {
      if (type) {
        await write(type.id, changes);
        const undo = () => void write(type.id, saved).then(refresh).catch(refuse);
        toast({ text: text.saved(values.name), icon: "check", undo });
      } else {
        const { channelId } = await api.channel.create({ name: values.name });
        toast({ text: text.made(values.name, channelId), icon: "check" });
      }
    } catch (refusal) {
      setError(refusal);
      setBusy(false);
      return;
    }
    await refresh();
    onClose();
  }
  return (
    <Dialog
      title={type ? text.change(type.name) : text.newType}
      onClose={onClose}
      isDirty={isChanged}
      footer={
        <>
          <button type="button" className="btn ghost" onClick={onClose}>
            {words.words.cancel}
          </button>
          <button
            type="submit"
            form="channel-type"
            className="btn pri"
            disabled={isBusy || !isChanged || !values.name.trim()}
          >
            {type ? words.words.save : text.make}
          </button>
        </>
      }
    >
      <form id="channel-type" className="stack" onSubmit={(event) => void submit(event)}>
        <TextField
          label={text.name}
          hint={type && changes.name !== undefined ? text.renamed(type.name) : text.nameHint}
          value={values.name}
          fault={faults.name}
          isFirst
          onChange={(name) => set({ name })}
        />
        {type ? (
          <TextField
            label={text.number}
            hint={
              changes.number === undefined ? text.numberHint : text.renumbered(type.channelId, values.number)
            }
            type="number"
            value={values.number}
            fault={faults.channelId}
            onChange={(number) => set({ number })}
          />
        ) : (
          <p className="t2">{text.newHint}</p>
        )}
        {error !== undefined && Object.keys(faults).length === 0 && (
          <FaultLine fault={errorText(error, words)} />
        )}
      </form>
    </Dialog>
  );
}
