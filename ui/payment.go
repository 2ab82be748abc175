package ui

import (
	"image"
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"rsc.io/qr"

	"wenbao/ui/present"
)

// paymentPage is 缴费: what it costs, until when, how to pay, and what to do when
// the state does not move.
func (w *Window) paymentPage() fyne.CanvasObject {
	k, f := w.kit, w.desk.Form()
	p := f.Payment()
	head := newColumn(gapSmall, newRow(gap, 0, title(k.key("page.payment")), badge(payTone(p.Stage), k.key("pay.stage."+string(p.Stage)))))
	if p.Number != "" {
		add(head, caption(k.key("pay.number", "number", p.Number)))
	}
	main := newColumn(gapLarge, head)
	w.outcome(main)
	add(main, w.payNow(p))
	add(main, w.billCard(p.Bill, false))
	return newBeside(formWidth, asideWidth, main, newColumn(gap, w.payHelp(p), w.contactsCard()))
}

func payTone(s present.PayStage) present.Tone {
	switch s {
	case present.PayDone:
		return present.Good
	case present.PayDue:
		return present.Warning
	case present.PaySending, present.PayWaiting:
		return present.Busy
	case present.PayAside, present.PayOver:
		return present.Trouble
	}
	return present.Calm
}

// payNow is what there is to do now.
func (w *Window) payNow(p present.Payment) fyne.CanvasObject {
	k := w.kit
	text := k.key("pay." + string(p.Stage) + ".text")
	again := k.secondary("action.try_now", k.key("pay.ask_again"), w.desk.TryNow)
	to := func(id string, page present.Page) *Press {
		return k.secondary("action."+id, k.key("pay."+id), func() { w.desk.Go(page) })
	}
	switch p.Stage {
	case present.PayDue:
		return w.payDue(p)
	case present.PaySending, present.PayWaiting:
		box := newColumn(gap, banner(present.Busy, k.key("pay."+string(p.Stage)+".title"), text), caption(k.key("pay.since", "time", present.Beijing(p.Since, present.ToTheMinute))))
		if p.Offline {
			add(box, banner(present.Warning, "", k.key("pay.offline")))
		}
		if p.Late {
			add(box, w.payLate(p))
		}
		add(box, newFlow(gap, again, to("back_to_registration", present.PageRegistration)))
		return box
	case present.PayAside:
		return banner(present.Trouble, k.key("pay.aside.title"), k.say(p.Aside), w.steps(p.Mends)...)
	case present.PayDone:
		return banner(present.Good, k.key("pay.done.title"), text,
			k.primary("action.receipt", k.key("pay.print_receipt"), func() { w.desk.Go(present.PagePrint); w.desk.Preview(present.PaperReceipt) }), to("back_to_registration", present.PageRegistration))
	case present.PayOver:
		return banner(present.Trouble, k.key("pay.over.title"), text)
	}
	return banner(present.Calm, k.key("pay.not_yet.title"), text, to("back_to_registration", present.PageRegistration))
}

// payDue shows the code to scan and the button that says it was paid.
func (w *Window) payDue(p present.Payment) fyne.CanvasObject {
	k := w.kit
	words := newColumn(gap, newText(styleHeading, k.key("pay.due.title")), body(k.key("pay.due.text")))
	if p.Bounced {
		add(words, banner(present.Warning, k.key("pay.bounced"), k.key("pay.bounced.text")))
	}
	if p.Bill.Known {
		add(words, newFlow(gapSmall, caption1(k.key("pay.amount")), newText(styleTitle.oneLine(), k.key("bill.yuan", "yuan", p.Bill.Total))))
	}
	add(words, newFlow(gap, k.primary("action.paid", k.key("pay.paid"), w.desk.Form().Paid)))
	add(words, caption(k.key("pay.sandbox")))
	code := newColumn(gapTiny, w.qrCode(p.Code), caption(k.key("pay.code")))
	return surface(colorAccentSoft, colorNone, radiusCard, gapLarge, newBeside(320, qrSide/textScale()+40, words, code))
}

// payLate is the case of people's worst fear: paid, and nothing moves.
func (w *Window) payLate(p present.Payment) fyne.CanvasObject {
	k := w.kit
	title, text := "pay.late", "pay.late.text"
	if p.Call {
		title, text = "pay.call", "pay.call.text"
	}
	said := k.say(p.Words)
	return newColumn(gap, banner(present.Warning, k.key(title), k.key(text)), surface(colorCard, colorLine, radius, gap, body(said)),
		newFlow(0, k.secondary("copy.pay", k.key("pay.copy"), func() { w.app.Clipboard().SetContent(said) })))
}

// payHelp answers what people ask while they pay.
func (w *Window) payHelp(p present.Payment) fyne.CanvasObject {
	k := w.kit
	box := newColumn(gap, newText(styleStrong, k.key("pay.help")))
	for _, id := range []string{"twice", "deadline", "refund", "invoice"} {
		add(box, newColumn(0, newText(textStyle{size: sizeCaption, color: colorText, bold: true}, k.key("pay.help."+id)), caption(k.key("pay.help."+id+".text"))))
	}
	return surface(colorCard, colorLine, radiusCard, 16, box)
}

const qrSide float32 = 190

// qrCode draws a square code, dark on white in every theme: readers need that.
func (w *Window) qrCode(text string) fyne.CanvasObject {
	img, ok := w.codes[text]
	if !ok {
		img = qrPicture(text)
		w.codes = map[string]image.Image{text: img} // one page shows one code
	}
	o := canvas.NewImageFromImage(img)
	o.FillMode, o.ScaleMode = canvas.ImageFillContain, canvas.ImageScalePixels
	o.SetMinSize(fyne.NewSquareSize(qrSide))
	return o
}

func qrPicture(text string) image.Image {
	c, err := qr.Encode(text, qr.M)
	if err != nil {
		return image.White // more text than a code holds
	}
	const quiet = 4 // modules of white around, as ISO/IEC 18004 wants
	n := c.Size + 2*quiet
	img := image.NewPaletted(image.Rect(0, 0, n, n), color.Palette{color.White, color.Black})
	for y := range c.Size {
		for x := range c.Size {
			if c.Black(x, y) {
				img.SetColorIndex(x+quiet, y+quiet, 1)
			}
		}
	}
	return img
}
