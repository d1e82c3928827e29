//! Roles that change hands in two steps: the holder offers, and whoever it is offered to accepts, so that no role ever goes
//! to an address that cannot sign.

use anchor_lang::{error::Error, prelude::*};

use crate::refusal::ensure;

/// A role of a configuration.
#[derive(AnchorSerialize, AnchorDeserialize, Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// Who queues changes and lists mints.
    Admin,
    /// Who owns the token accounts that receive the protocol's fees.
    Treasury,
}

/// How a program refuses what a handover does not allow.
pub trait HandoverRefusal: Into<Error> {
    /// The signer does not hold the role.
    const NOT_HOLDER: Self;
    /// The role is offered to nobody.
    const NONE_OFFERED: Self;
    /// The role is offered to somebody else.
    const OFFERED_TO_OTHER: Self;
}

/// Where a configuration keeps a role.
pub struct RolePlaces<'a> {
    /// Who holds it.
    pub holder: &'a mut Pubkey,
    /// Whom it is offered to; the zero key for nobody.
    pub offered_to: &'a mut Pubkey,
}

/// A configuration with roles.
pub trait Roles {
    /// The program's refusals.
    type Refusal: HandoverRefusal;

    /// Where a role is kept.
    fn places(&mut self, role: Role) -> RolePlaces<'_>;

    /// Offers a role of `holder` to `to`, in place of any earlier offer. Nothing changes hands yet.
    fn offer(&mut self, role: Role, holder: &Pubkey, to: Pubkey) -> Result<()> {
        let places = self.places(role);
        ensure(places.holder == holder, Self::Refusal::NOT_HOLDER)?;
        ensure(to != Pubkey::default(), Self::Refusal::NONE_OFFERED)?;
        *places.offered_to = to;
        Ok(())
    }

    /// Makes `to`, whom the role is offered to, its holder. Returns who was.
    fn accept(&mut self, role: Role, to: &Pubkey) -> Result<Pubkey> {
        let places = self.places(role);
        ensure(*places.offered_to != Pubkey::default(), Self::Refusal::NONE_OFFERED)?;
        ensure(places.offered_to == to, Self::Refusal::OFFERED_TO_OTHER)?;
        let former = core::mem::replace(places.holder, *to);
        *places.offered_to = Pubkey::default();
        Ok(former)
    }

    /// Takes the offer of a role of `holder` back.
    fn cancel(&mut self, role: Role, holder: &Pubkey) -> Result<()> {
        let places = self.places(role);
        ensure(places.holder == holder, Self::Refusal::NOT_HOLDER)?;
        ensure(*places.offered_to != Pubkey::default(), Self::Refusal::NONE_OFFERED)?;
        *places.offered_to = Pubkey::default();
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

    use super::*;

    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    enum Refused {
        NotHolder,
        NoneOffered,
        OfferedToOther,
    }

    impl From<Refused> for Error {
        fn from(refused: Refused) -> Self {
            ProgramError::Custom(refused as u32).into()
        }
    }

    impl HandoverRefusal for Refused {
        const NOT_HOLDER: Self = Self::NotHolder;
        const NONE_OFFERED: Self = Self::NoneOffered;
        const OFFERED_TO_OTHER: Self = Self::OfferedToOther;
    }

    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    struct Office {
        admin: [Pubkey; 2],
        treasury: [Pubkey; 2],
    }

    impl Roles for Office {
        type Refusal = Refused;

        fn places(&mut self, role: Role) -> RolePlaces<'_> {
            let [holder, offered_to] = match role {
                Role::Admin => &mut self.admin,
                Role::Treasury => &mut self.treasury,
            };
            RolePlaces { holder, offered_to }
        }
    }

    const fn person(tag: u8) -> Pubkey {
        Pubkey::new_from_array([tag; 32])
    }

    const NOBODY: Pubkey = person(0);
    const OFFICE: Office = Office { admin: [person(1), NOBODY], treasury: [person(2), NOBODY] };

    #[track_caller]
    fn assert_refused<T: core::fmt::Debug>(result: Result<T>, expected: Refused) {
        assert_eq!(result.unwrap_err(), expected.into());
    }

    #[test]
    fn a_role_goes_over_when_it_was_offered_and_accepted_and_takes_no_other_along() {
        let mut office = OFFICE;
        assert_refused(office.accept(Role::Admin, &person(3)), Refused::NoneOffered);
        assert_eq!(office.offer(Role::Admin, &person(1), person(3)), Ok(()));
        assert_eq!(office.admin[0], person(1));
        assert_refused(office.accept(Role::Admin, &person(4)), Refused::OfferedToOther);
        assert_refused(office.accept(Role::Treasury, &person(3)), Refused::NoneOffered);
        assert_eq!(office.accept(Role::Admin, &person(3)), Ok(person(1)));
        assert_eq!(office, Office { admin: [person(3), NOBODY], ..OFFICE });
        assert_refused(office.accept(Role::Admin, &person(3)), Refused::NoneOffered);
        assert_refused(office.offer(Role::Admin, &person(1), person(1)), Refused::NotHolder);
    }

    #[test]
    fn only_the_holder_offers_and_takes_back() {
        let mut office = OFFICE;
        for stranger in [person(2), person(3), NOBODY] {
            assert_refused(office.offer(Role::Admin, &stranger, person(3)), Refused::NotHolder);
            assert_refused(office.cancel(Role::Admin, &stranger), Refused::NotHolder);
        }
        assert_refused(office.cancel(Role::Admin, &person(1)), Refused::NoneOffered);
        assert_refused(office.offer(Role::Admin, &person(1), NOBODY), Refused::NoneOffered);
        assert_eq!(office.offer(Role::Admin, &person(1), person(3)), Ok(()));
        assert_refused(office.cancel(Role::Admin, &person(3)), Refused::NotHolder);
        assert_eq!(office.cancel(Role::Admin, &person(1)), Ok(()));
        assert_refused(office.accept(Role::Admin, &person(3)), Refused::NoneOffered);
        assert_eq!(office, OFFICE);
    }

    #[test]
    fn a_later_offer_replaces_an_earlier_one() {
        let mut office = OFFICE;
        assert_eq!(office.offer(Role::Treasury, &person(2), person(3)), Ok(()));
        assert_eq!(office.offer(Role::Treasury, &person(2), person(4)), Ok(()));
        assert_refused(office.accept(Role::Treasury, &person(3)), Refused::OfferedToOther);
        assert_eq!(office.accept(Role::Treasury, &person(4)), Ok(person(2)));
    }
}
